// Package table has the small verbs: steps that choose, rename and count what is there and compute
// nothing.
//
//	out, err := apply.Apply(ctx, trips,
//		apply.Where("distance > 0"),
//		table.Rename("fare", "price"),
//		table.Select("zone", "price"),
//		table.Limit(1000),
//	)
//
// Columns that a list of steps neither looks at nor hands on are not read from files whose format
// can skip them, wherever in the list [Select] or [Drop] stands.
package table
