package csvio_test

import (
	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/chunker"
)

type (
	arrowType  = arrow.DataType
	chunkError = chunker.Error
)

var (
	intType    = arrow.PrimitiveTypes.Int64
	boolType   = arrow.FixedWidthTypes.Boolean
	dateType   = arrow.FixedWidthTypes.Date32
	textType   = arrow.BinaryTypes.String
	binaryType = arrow.BinaryTypes.Binary
)
