package protocol

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestFirstRepetitionIsNotCounted(t *testing.T) {
	runs := 0
	reply, err := measure(Task{Reps: 3, Budget: 60}, Run(func(Task) (Answer, error) {
		runs++
		time.Sleep(time.Duration(short * 1e9))
		return Answer{"runs": float64(runs)}, nil
	}))
	require.NoError(t, err)
	require.Len(t, reply.Wall, 3)
	require.Len(t, reply.CPU, 3)
	require.Equal(t, Answer{"runs": 4.0}, reply.Answer)
	require.Positive(t, reply.Peak)
}

func TestShortRepetitionsAreRepeatedOften(t *testing.T) {
	reply, err := measure(Task{Reps: 2, Budget: 60}, Run(func(Task) (Answer, error) { return nil, nil }))
	require.NoError(t, err)
	require.Len(t, reply.Wall, 2*often)
}

func TestFreeIsCalledBetweenRepetitions(t *testing.T) {
	held := 0
	reply, err := measure(Task{Reps: 3, Budget: 60}, Run(func(Task) (Answer, error) {
		require.Zero(t, held, "the last result is given back")
		held++
		return Answer{"rows": 7.0, "result": Free(func() { held-- })}, nil
	}))
	require.NoError(t, err)
	require.Equal(t, Answer{"rows": 7.0}, reply.Answer)
}

func TestLongFirstRepetitionIsTheOnlyOne(t *testing.T) {
	reply, err := measure(Task{Reps: 3, Budget: 0.001}, Run(func(Task) (Answer, error) {
		time.Sleep(5 * time.Millisecond)
		return nil, nil
	}))
	require.NoError(t, err)
	require.Len(t, reply.Wall, 1)
	require.Greater(t, reply.Wall[0], 0.004)
}

func TestLaterIsNotTimed(t *testing.T) {
	reply, err := measure(Task{Reps: 1, Budget: 60}, Run(func(Task) (Answer, error) {
		return Answer{"": Later(func() (Answer, error) {
			time.Sleep(50 * time.Millisecond)
			return Answer{"rows": 7.0}, nil
		})}, nil
	}))
	require.NoError(t, err)
	require.Equal(t, Answer{"rows": 7.0}, reply.Answer)
	require.Less(t, reply.Wall[0], 0.05)
}

func TestErrors(t *testing.T) {
	broken := errors.New("broken")
	for name, program := range map[string]Program{
		"in setup": func(Task) (func() (Answer, error), error) { return nil, broken },
		"in a run": Run(func(Task) (Answer, error) { return nil, broken }),
		"in the answer": Run(func(Task) (Answer, error) {
			return Answer{"": Later(func() (Answer, error) { return nil, broken })}, nil
		}),
	} {
		_, err := measure(Task{Budget: 1}, program)
		require.ErrorIs(t, err, broken, name)
	}
	_, err := measure(Task{Program: "csv_dance"}, nil)
	require.ErrorContains(t, err, "csv_dance")
}

func TestSpinKeepsBusy(t *testing.T) {
	cpu, start := cpuSeconds(), time.Now()
	Spin(20_000_000)
	require.GreaterOrEqual(t, time.Since(start), 20*time.Millisecond)
	require.Greater(t, cpuSeconds()-cpu, 0.0)
}
