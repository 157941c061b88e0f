// Command parquetgo does the Parquet jobs with parquet-go's readers and writers of
// Go structs.
package main

import (
	"time"

	"github.com/volley-go/volley/bench/protocol"
)

func main() {
	protocol.Main("github.com/parquet-go/parquet-go", protocol.Programs{
		"parquet_read":       protocol.Run(parquetRead),
		"parquet_to_parquet": protocol.Run(parquetToParquet),
	})
}

// trip is a row of the main Parquet file. DuckDB marks every column as optional;
// only tip has nulls, and an optional field would write a zero as null.
type trip struct {
	ID         int64     `parquet:"id"`
	Pickup     time.Time `parquet:"pickup,timestamp(microsecond)"`
	Passengers int64     `parquet:"passengers"`
	Rate       int64     `parquet:"rate"`
	Distance   float64   `parquet:"distance"`
	Fare       float64   `parquet:"fare"`
	Tip        *float64  `parquet:"tip,optional"`
	Zone       string    `parquet:"zone"`
	Payment    string    `parquet:"payment"`
	Note       string    `parquet:"note"`
	Driver     int64     `parquet:"driver"`
	Day        int32     `parquet:"day,date"`
}
