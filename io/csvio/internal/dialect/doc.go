// Package dialect cuts text into rows and fields by the rules of any dialect of CSV.
//
// It takes bytes and [Rules]. [Rules.Next] finds one row after another, [Rules.Cut] the end of the
// last whole row of a block, [Rules.Text] the text of a field without its escapes, at some 200
// MB/s.
//
// The scanner of internal/csv is ten times as fast and reads plain dialects alone: [Rules.Plain]
// reports whether it can, and [Rules.Flatten] writes text of any other dialect as text that it
// reads. [Shifts] lead a place in what was written back to where the text stood. [Rules.Mend] and
// [Rules.MendRecord] make sense of rows whose quotes are broken.
//
// What readers and writers must agree on is here too: which characters are looked for as
// delimiters, which words mean null, which bytes mean something else at the beginning of a field.
// Nothing here reads a file, and nothing is found out: that is package sniff.
package dialect
