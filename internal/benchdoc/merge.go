package benchdoc

import (
	"cmp"
	"fmt"
	"slices"
)

// Merge returns these results with the jobs of newer ones in place of their own,
// sorted as in order. Each job keeps the [Run] it was measured in, so that a reader is
// told its size and day. What was measured on another machine or with another version
// of a system cannot stand beside the rest and is refused.
func (r *Results) Merge(newer *Results, order []string) (*Results, error) {
	if err := r.From(newer.Machine); err != nil {
		return nil, err
	}
	out := *newer
	out.Systems = slices.Clone(newer.Systems)
	for _, s := range r.Systems {
		if err := out.addSystem(s); err != nil {
			return nil, err
		}
	}
	out.Jobs = slices.Clone(newer.Jobs)
	for _, j := range r.Jobs {
		if !slices.ContainsFunc(newer.Jobs, func(n Job) bool { return n.Name == j.Name }) {
			out.Jobs = append(out.Jobs, j)
		}
	}
	slices.SortStableFunc(out.Jobs, func(a, b Job) int {
		return cmp.Compare(slices.Index(order, a.Name), slices.Index(order, b.Name))
	})
	return &out, nil
}

// From reports an error if these are the results of another machine.
func (r *Results) From(m Machine) error {
	if r.Machine != m {
		return fmt.Errorf("the stored results are of another machine (%s, %d cores, %d GiB, %s): run all jobs, or remove %s first",
			r.Machine.CPU, r.Machine.Cores, r.Machine.MemoryGiB, r.Machine.OS, Stored)
	}
	return nil
}

// addSystem takes over a system, or its version where none is known yet.
func (r *Results) addSystem(s System) error {
	i := slices.IndexFunc(r.Systems, func(have System) bool { return have.Name == s.Name })
	switch {
	case i < 0:
		r.Systems = append(r.Systems, s)
	case r.Systems[i].Version == "":
		r.Systems[i].Version = s.Version
	case s.Version != "" && s.Version != r.Systems[i].Version:
		return fmt.Errorf("the stored results have %s %s, this run %s: run all jobs, or remove %s first", s.Title, s.Version, r.Systems[i].Version, Stored)
	}
	return nil
}
