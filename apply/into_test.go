package apply_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/apply/fn"
	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
)

type place struct {
	City string           `volley:"city"`
	Zone sql.Null[string] `volley:"zone"`
	Hops int              `volley:"hops"`
}

var errNowhere = errors.New("no such host")

// locate knows where hosts are.
func locate(_ context.Context, host string) (place, error) {
	city, zone, found := strings.Cut(host, ".")
	if host == "nowhere" {
		return place{}, errNowhere
	}
	return place{city, sql.Null[string]{V: zone, Valid: found}, len(host)}, nil
}

func init() { fn.Register("test/locate@v1", fn.Call1(locate)) }

func ExampleCallInto() {
	hosts, _ := frame.New(frame.Of("host", []string{"oslo.no", "lyon"}))
	out, err := apply.Apply(context.Background(), hosts, apply.CallInto("host", locate))
	if err != nil {
		panic(err)
	}
	fmt.Println(out)
	// Output:
	// host     city    zone     hops
	// string   string  string  int64
	// ───────  ──────  ──────  ─────
	// oslo.no  oslo    no          7
	// lyon     lyon    null        4
	// 2 rows × 4 columns
}

// TestCallInto: given in Go, and read from JSON by the function's name.
func TestCallInto(t *testing.T) {
	var hosts []sql.Null[string]
	for i := range 3000 {
		hosts = append(hosts, sql.Null[string]{V: fmt.Sprintf("host%d", i), Valid: i%5 != 0})
	}
	hosts[77].V, hosts[2001].V = "nowhere", "a.b"
	f, err := frame.New(frame.Of("host", hosts))
	require.NoError(t, err)
	data, err := json.Marshal(chunker.Steps{apply.CallInto("host", locate).With(apply.Calls{Concurrency: 3})})
	require.NoError(t, err)
	var stored chunker.Steps
	require.NoError(t, json.Unmarshal(data, &stored))
	for name, step := range map[string]chunker.Step{"in Go": apply.CallInto("host", locate), "stored": stored} {
		out, report, err := apply.Engine{OnError: chunker.Null()}.Run(t.Context(), f, step)
		require.NoError(t, err, name)
		require.EqualValues(t, 1, report.Failed, name)
		rows, err := frame.Rows[struct {
			City sql.Null[string] `volley:"city"`
			Zone sql.Null[string] `volley:"zone"`
			Hops sql.Null[int]    `volley:"hops"`
		}](out)
		require.NoError(t, err)
		for i, r := range rows {
			has := hosts[i].Valid && i != 77
			require.Equal(t, has, r.City.Valid && r.Hops.Valid, "%s: row %d", name, i)
			require.Equal(t, i == 2001, r.Zone.Valid, "%s: row %d", name, i)
			if has {
				require.Equal(t, len(hosts[i].V), r.Hops.V)
			}
		}
		_, err = apply.Apply(t.Context(), f, step)
		require.ErrorIs(t, err, errNowhere, name)
		require.ErrorContains(t, err, `row 77, computing city, zone, hops from host = "nowhere"`, name)
	}
}

func TestCallIntoWrongWiring(t *testing.T) {
	f, err := frame.New(frame.Of("host", []string{"a"}), frame.Of("n", []int{1}))
	require.NoError(t, err)
	for want, step := range map[string]chunker.Step{
		`no column "hots"`:    apply.CallInto("hots", locate),
		"take int64":          apply.CallInto("n", locate),
		"the function is nil": apply.CallInto[string, place]("host", nil),
		"int is no struct":    apply.CallInto("host", func(context.Context, string) (int, error) { return 0, nil }),
		"no Arrow type stands for Go type map": apply.CallInto("host", func(context.Context, string) (struct{ M map[string]int }, error) {
			return struct{ M map[string]int }{}, nil
		}),
	} {
		_, err := apply.Apply(t.Context(), f, step)
		require.ErrorContains(t, err, want)
	}
}
