package bind

import (
	"database/sql"
	"reflect"
	"testing"
	"time"
	"unsafe"

	"github.com/stretchr/testify/require"
)

type Key struct {
	Carrier string
	Flight  int
}

type twice struct {
	Key
	Carrier string
}

type flight struct {
	Key
	DepDelay sql.Null[float64]
	At       time.Time `volley:"time_hour"`
	hidden   int
	Ignored  chan int `volley:"-"`
}

func TestFields(t *testing.T) {
	fields, err := Fields(reflect.TypeFor[flight]())
	require.NoError(t, err)
	var names []string
	for _, f := range fields {
		names = append(names, f.Name)
	}
	require.Equal(t, []string{"Carrier", "Flight", "DepDelay", "time_hour"}, names)
	require.Equal(t, unsafe.Offsetof(flight{}.Key)+unsafe.Offsetof(Key{}.Flight), fields[1].Offset)

	at, err := Resolve(fields, []string{"flight", "dep_delay", "x", "time_hour", "carrier"})
	require.NoError(t, err)
	require.Equal(t, []int{4, 0, 1, 3}, at)
	_, err = Resolve(fields, []string{"flight", "depdelay", "dep_delay", "time_hour", "carrier"})
	require.ErrorContains(t, err, `field DepDelay could be column "depdelay" or "dep_delay"`)
	_, err = Resolve(fields, []string{"flight", "dep_delay", "TimeHour", "carrier"})
	require.ErrorContains(t, err, `no column for field "time_hour"; did you mean "TimeHour"?`)
}

func TestFieldsThatCannotBe(t *testing.T) {
	_, err := Fields(reflect.TypeFor[twice]())
	require.ErrorContains(t, err, `two fields for column "Carrier"`)
	_, err = Fields(reflect.TypeFor[int]())
	require.ErrorContains(t, err, "int is no struct")
	_, err = Fields(reflect.TypeFor[struct{ a int }]())
	require.ErrorContains(t, err, "no exported fields")
	_, err = Fields(reflect.TypeFor[struct {
		a int `volley:"a"`
	}]())
	require.ErrorContains(t, err, "not exported")
}
