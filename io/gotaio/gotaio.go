// Package gotaio takes gota DataFrames in and gives them out.
//
//	f, err := gotaio.From(df)  // a gota DataFrame as a frame
//	df, err := gotaio.To(f)    // a frame as a gota DataFrame
//
// Both copy: neither side sees what is done to the other. Columns and rows keep
// their order. Every gota type comes in, and comes out again as it was:
//
//	gota     Arrow     gota
//	String   string    String
//	Int      int64     Int
//	Float    float64   Float
//	Bool     bool      Bool
//	NaN      null      NaN
//
// A frame has more types than gota. These go out as what holds them exactly:
//
//	bool                                   Bool
//	integers of all widths                 Int; a value no int holds is an error
//	float16, float32, float64              Float
//	strings, dictionaries of them          String
//	timestamps with a zone                 String, RFC 3339: 2013-01-01T05:15:00-05:00
//	timestamps without, dates, times       String: 2013-01-01T05:15:00, 2013-01-01, 05:15:00
//	durations                              String that time.ParseDuration reads: 1h30m0s
//	decimals                               String: 12.50
//	null (a column of nothing else)        String
//
// Binary, list, struct and other nested columns have no place in gota and are an
// error, which names the column to drop.
//
// gota marks what is missing with NaN, and cannot tell it from two values: a
// float NaN goes out as NaN and would come back as null; the text "NaN" would be
// lost on the way out already and is an error.
//
// gota holds a cell in an interface's worth of memory, so that this costs
// about 30 ns a value. It is a bridge for programs that have DataFrames, not a way
// to work fast.
package gotaio

import (
	"database/sql"
	"errors"
	"fmt"

	"github.com/go-gota/gota/dataframe"
	"github.com/go-gota/gota/series"

	"github.com/volley-go/volley/frame"
)

// From makes a frame of a gota DataFrame. A DataFrame that carries an error is
// refused with that error: gota goes on with an empty one.
func From(df dataframe.DataFrame) (*frame.Frame, error) {
	if err := df.Error(); err != nil {
		return nil, fmt.Errorf("from gota: the DataFrame carries an error: %w", err)
	}
	types := df.Types()
	columns := make([]frame.Series, len(types))
	for c, name := range df.Names() {
		switch types[c] {
		case series.String:
			columns[c] = column[string](df, c, name)
		case series.Int:
			columns[c] = column[int](df, c, name)
		case series.Float:
			columns[c] = column[float64](df, c, name)
		case series.Bool:
			columns[c] = column[bool](df, c, name)
		default:
			return nil, fmt.Errorf("from gota: column %q has the type %q, which gota 0.12 has not", name, types[c])
		}
	}
	f, err := frame.New(columns...)
	if err != nil {
		return nil, fmt.Errorf("from gota: %w", err)
	}
	return f, nil
}

// column copies a column whose elements hold T, or nil where they are missing.
func column[T any](df dataframe.DataFrame, c int, name string) frame.Series {
	values := make([]sql.Null[T], df.Nrow())
	for row := range values {
		v, ok := df.Elem(row, c).Val().(T)
		values[row] = sql.Null[T]{V: v, Valid: ok}
	}
	return frame.Of(name, values)
}

// To makes a gota DataFrame of a frame. See the package doc for what becomes of
// each type. A column that gota cannot hold is an error that says what to
// do; so are a frame without columns and a column without a name, which gota would change.
func To(f *frame.Frame) (dataframe.DataFrame, error) {
	df, err := to(f)
	if err != nil {
		return dataframe.DataFrame{}, fmt.Errorf("to gota: %w", err)
	}
	return df, nil
}

func to(f *frame.Frame) (dataframe.DataFrame, error) {
	fields := f.Schema().Fields()
	if len(fields) == 0 {
		return dataframe.DataFrame{}, errors.New("the frame has no columns, and gota has no DataFrame without any")
	}
	columns := make([]series.Series, len(fields))
	for i, field := range fields {
		if field.Name == "" {
			return dataframe.DataFrame{}, fmt.Errorf("column %d has no name, and gota would make one up: Rename it", i)
		}
		var err error
		if columns[i], err = out(f, field); err != nil {
			return dataframe.DataFrame{}, fmt.Errorf("column %q: %w", field.Name, err)
		}
	}
	df := dataframe.New(columns...)
	return df, df.Error()
}
