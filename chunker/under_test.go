package chunker_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/chunker"
)

// fallible is a source that notes the policy it reads by.
type fallible struct {
	own, by chunker.Policy
}

func (fallible) Describe(context.Context) (chunker.Input, error) { return nil, nil }

func (f fallible) OwnPolicy() chunker.Policy { return f.own }

func (f fallible) Under(p chunker.Policy) chunker.Source { f.by = p; return f }

// TestASourceReadsByThePolicyOfTheRun, or by its own, of which it is told the word alone: the
// run keeps limits and sink.
func TestASourceReadsByThePolicyOfTheRun(t *testing.T) {
	limited := chunker.Reject(new(chunker.FrameSink), 7)
	limited.RatioMax = 0.5
	for _, c := range []struct{ own, run, by chunker.Policy }{
		{chunker.Policy{}, chunker.Policy{}, chunker.Policy{}},
		{chunker.Policy{}, chunker.Stop(), chunker.Stop()},
		{chunker.Policy{}, chunker.Null(), chunker.Null()},
		{chunker.Policy{}, chunker.Skip(), chunker.Skip()},
		{chunker.Policy{}, limited, chunker.Reject(nil, 0)},
		{chunker.Stop(), chunker.Null(), chunker.Stop()},
		{chunker.Skip(), limited, chunker.Skip()},
		{chunker.Skip(), chunker.Policy{}, chunker.Skip()},
		{limited, chunker.Null(), chunker.Reject(nil, 0)},
	} {
		src := fallible{own: c.own}
		require.Equal(t, fallible{c.own, c.by}, chunker.Under(src, c.run))
		require.Equal(t, c.own, chunker.OwnPolicy(src))
		chosen := chunker.Select(src, "a")
		require.Equal(t, c.own, chunker.OwnPolicy(chosen))
		require.Equal(t, chunker.Select(fallible{c.own, c.by}, "a"), chunker.Under(chosen, c.run))
	}
	plain := chunker.FromFrame(nil)
	require.Equal(t, plain, chunker.Under(plain, chunker.Null()))
	require.Equal(t, chunker.Policy{}, chunker.OwnPolicy(plain))
	require.Equal(t, chunker.Policy{}, chunker.OwnPolicy(chunker.Select(plain, "a")))
}

// TestEachPolicySaysWhatItDoes: one of four things, the zero Policy as Stop.
func TestEachPolicySaysWhatItDoes(t *testing.T) {
	type says struct{ given, stops, nulls, leavesOut, rejects bool }
	for _, c := range []struct {
		p    chunker.Policy
		want says
	}{
		{chunker.Policy{}, says{stops: true}},
		{chunker.Stop(), says{given: true, stops: true}},
		{chunker.Null(), says{given: true, nulls: true}},
		{chunker.Skip(), says{given: true, leavesOut: true}},
		{chunker.Reject(nil, 0), says{given: true, leavesOut: true, rejects: true}},
	} {
		require.Equal(t, c.want, says{c.p.Given(), c.p.Stops(), c.p.Nulls(), c.p.LeavesOut(), c.p.Rejects()}, "%s", c.p)
	}
}
