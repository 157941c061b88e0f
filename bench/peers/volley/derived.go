package main

import (
	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/chunker"
)

// derived are the two columns that the conversions add.
var derived = []chunker.Step{
	apply.Expr("total = fare + tip"),
	apply.Expr("per_mile = fare / max(distance, 0.1)"),
}
