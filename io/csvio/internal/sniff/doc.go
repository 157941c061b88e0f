// Package sniff finds out what a text is like: its dialect, where its table begins, and the names
// and types of its columns. Each finding has its reason in words.
//
// It takes bytes and [Options], which say what is not looked for, and it reads no file: whoever
// calls it brings the beginning of a text and samples of the rest.
//
//	scored := options.ChooseDialect(text, whole)              // choose.go, ragged.go
//	layout := options.FindLayout(&scored.Rules, text, 0, whole) // layout.go, header.go, alike.go
//	types := sniff.NewTypeInference(options, &scored.Rules, layout.Width)
//	types.Look(text[layout.End:], 1000)                       // and other samples: types.go, profile.go
//	columns := types.Settle(names, nil)
//
// A sample from the middle of a text may begin inside quotes: [StartsInQuotes] tells by the quotes
// that follow, and [FirstRow] finds where its first row begins. It takes some milliseconds for the
// first 256 KiB, [HeadBytes], and less for each sample.
package sniff
