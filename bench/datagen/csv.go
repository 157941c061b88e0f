package datagen

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

var (
	payments = []string{"card", "cash", "card", "app", "free"}
	words    = []string{
		"amber", "basin", "cedar", "delta", "ember", "fjord", "grove", "haven",
		"inlet", "jetty", "knoll", "ledge", "marsh", "north", "oasis", "plaza",
		"quarry", "ridge", "shore", "trail", "upper", "vista", "wharf", "yard",
	}
)

// mainCSV is the main table: id, a timestamp, two small integers, three floats
// (tip has nulls), three strings with quotes, commas and doubled quotes here and
// there: 345 MB at 5M rows.
func mainCSV(w *bufio.Writer, rows int, r *rand.Rand) error {
	w.WriteString("id,pickup,passengers,rate,distance,fare,tip,zone,payment,note\n")
	when := time.Date(2013, 1, 1, 0, 0, 0, 0, time.UTC)
	var b []byte
	for id := range rows {
		when = when.Add(time.Duration(r.IntN(7)) * time.Second)
		b = strconv.AppendInt(b[:0], int64(id), 10)
		b = when.AppendFormat(append(b, ','), time.DateTime)
		b = strconv.AppendInt(append(b, ','), int64(1+r.IntN(6)), 10)
		b = strconv.AppendInt(append(b, ','), int64(r.IntN(100)), 10)
		b = appendCents(append(b, ','), r.IntN(2000))
		b = appendCents(append(b, ','), 250+r.IntN(8000))
		b = append(b, ',')
		if r.IntN(10) > 0 {
			b = appendCents(b, r.IntN(1000))
		}
		b = append(b, ",Zone "...)
		b = strconv.AppendInt(b, int64(1+r.IntN(263)), 10)
		b = append(append(b, ','), payments[r.IntN(len(payments))]...)
		b = appendNote(append(b, ','), r)
		if _, err := w.Write(append(b, '\n')); err != nil {
			return err
		}
	}
	return nil
}

func appendCents(b []byte, cents int) []byte {
	b = strconv.AppendInt(b, int64(cents/100), 10)
	return append(b, '.', byte('0'+cents/10%10), byte('0'+cents%10))
}

// appendNote quotes one note in twelve, as a comma or a quote in it asks for.
func appendNote(b []byte, r *rand.Rand) []byte {
	a, c := words[r.IntN(len(words))], words[r.IntN(len(words))]
	switch r.IntN(24) {
	case 0:
		return fmt.Appendf(b, `"%s, %s"`, a, c)
	case 1:
		return fmt.Appendf(b, `"%s ""%s"""`, a, c)
	}
	return append(b, a...)
}

// wideCSV has 100 columns in turns of integer, float, text and flag, and a 20th
// of the main file's rows.
func wideCSV(w *bufio.Writer, rows int, r *rand.Rand) error {
	const columns = 100
	for c := range columns {
		if c > 0 {
			w.WriteByte(',')
		}
		fmt.Fprintf(w, "%s%02d", []string{"n", "f", "s", "k"}[c%4], c)
	}
	w.WriteByte('\n')
	var b []byte
	for range rows / 20 {
		b = b[:0]
		for c := range columns {
			switch c % 4 {
			case 0:
				b = strconv.AppendInt(b, int64(r.IntN(1_000_000)), 10)
			case 1:
				b = appendCents(b, r.IntN(100_000))
			case 2:
				b = append(b, words[r.IntN(len(words))]...)
			case 3:
				b = strconv.AppendInt(b, int64(r.IntN(10)), 10)
			}
			b = append(b, ',')
		}
		b[len(b)-1] = '\n'
		if _, err := w.Write(b); err != nil {
			return err
		}
	}
	return nil
}

// stringsCSV is six columns of text, the long ones of several words, one field in
// ten quoted; a third of the main file's rows.
func stringsCSV(w *bufio.Writer, rows int, r *rand.Rand) error {
	w.WriteString("name,street,city,title,text,tag\n")
	for range rows / 3 {
		for c, long := range []int{2, 3, 1, 5, 12, 1} {
			if c > 0 {
				w.WriteByte(',')
			}
			quote := r.IntN(10) == 0
			if quote {
				w.WriteByte('"')
			}
			for i := range long {
				if i > 0 && quote {
					w.WriteByte(',')
				}
				if i > 0 {
					w.WriteByte(' ')
				}
				w.WriteString(words[r.IntN(len(words))])
			}
			if quote {
				w.WriteByte('"')
			}
		}
		if err := w.WriteByte('\n'); err != nil {
			return err
		}
	}
	return nil
}

// quotedCSV has every field in quotes, numbers too, as many exports do; half the
// main file's rows.
func quotedCSV(w *bufio.Writer, rows int, r *rand.Rand) error {
	w.WriteString(`"id","count","price","city","code","note"` + "\n")
	for id := range rows / 2 {
		_, err := fmt.Fprintf(w, "\"%d\",\"%d\",\"%d.%02d\",\"%s\",\"%s\",\"%s, %s\"\n",
			id, r.IntN(1000), r.IntN(500), r.IntN(100), words[r.IntN(len(words))],
			words[r.IntN(len(words))], words[r.IntN(len(words))], words[r.IntN(len(words))])
		if err != nil {
			return err
		}
	}
	return nil
}

// driversCSV is the small side of the join: one row for each driver of the main
// Parquet file.
func driversCSV(w *bufio.Writer, rows int, r *rand.Rand) error {
	w.WriteString("driver,rating,home\n")
	for driver := range max(rows/50, 1) {
		if _, err := fmt.Fprintf(w, "%d,%d.%02d,%s\n", driver, 1+r.IntN(4), r.IntN(100), words[r.IntN(len(words))]); err != nil {
			return err
		}
	}
	return nil
}

// flightsCSV is January's real flights out of New York in 2013, again and again
// until there are half as many rows as in the main file.
func flightsCSV(w *bufio.Writer, rows int, _ *rand.Rand) error {
	raw, err := readTestdata("flights_2013_01.csv")
	if err != nil {
		return err
	}
	header, body, ok := cutLine(raw)
	if !ok {
		return fmt.Errorf("flights_2013_01.csv has no rows")
	}
	w.Write(header)
	for range max(rows/2/27_004, 1) {
		if _, err := w.Write(body); err != nil {
			return err
		}
	}
	return nil
}

func cutLine(raw []byte) (line, rest []byte, ok bool) {
	for i, c := range raw {
		if c == '\n' {
			return raw[:i+1], raw[i+1:], i+1 < len(raw)
		}
	}
	return raw, nil, false
}

// readTestdata reads from the testdata of the module above: the benchmarks are run
// from bench/ or from below it.
func readTestdata(name string) ([]byte, error) {
	dir, err := os.Getwd()
	if err != nil {
		return nil, err
	}
	for {
		raw, err := os.ReadFile(filepath.Join(dir, "testdata", name))
		if err == nil {
			return raw, nil
		}
		if parent := filepath.Dir(dir); parent != dir {
			dir = parent
			continue
		}
		return nil, fmt.Errorf("no testdata/%s in any folder above", name)
	}
}

// bigCSV is the main table with four times the rows: larger than the memory the
// job is given.
func bigCSV(w *bufio.Writer, rows int, r *rand.Rand) error { return mainCSV(w, 4*rows, r) }
