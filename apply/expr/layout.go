package expr

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

// constLayout is argument i as a layout of Go's time package. A layout of another kind would be
// written as it stands, in every row.
func (k *call) constLayout(i int) string {
	layout := k.constText(i)
	if !foreignLayout(layout) {
		return layout
	}
	pos := k.args[i].Pos
	if instead, ok := goLayout(layout, ""); ok {
		k.fail(pos, "the layout %q is none of Go, which is %s: write %s", layout, exampleLayout, strconv.Quote(instead))
	}
	k.fail(pos, "%s", layoutFault(layout, ""))
	return ""
}

// layoutFault is said of a layout that cannot be translated, whose language may be known.
func layoutFault(layout, language string) string {
	if language == "oracle" || language == "excel" || directive.MatchString(layout) || strayPart.MatchString(layout) {
		return "the layout " + strconv.Quote(layout) + " means one thing in one language and another in the next, or has what Go has not: a layout of Go is " + exampleLayout +
			`, where 01 is the month and 04 the minute`
	}
	return "the layout " + strconv.Quote(layout) + " has no part of a time in it: a layout of Go is " + exampleLayout
}

const exampleLayout = `the time 2006-01-02 15:04:05 as it is to be written, such as "2006-01-02"`

// isLayout reports whether any part of a time comes out by the layout: two times with no part in
// common are told apart.
func isLayout(layout string) bool {
	a, b := layoutProbes[0], layoutProbes[1]
	return a.Format(layout) != b.Format(layout)
}

var (
	directive = regexp.MustCompile(`%[-_0^#]?[A-Za-z%]`)
	// strayPart is a part that a layout of Go has no use for, where it is a word by itself.
	strayPart = regexp.MustCompile(`YYYY|yyyy|HH24|hh24|(?:^|[^A-Za-z])(?:YY|yy|MM|mm|MI|mi|DD|dd|HH|hh|SS|ss)(?:[^A-Za-z]|$)`)
)

// foreignLayout reports whether a layout is one of strftime (%Y), of those written with letters
// (YYYY-MM-DD), or none at all.
func foreignLayout(layout string) bool {
	return directive.MatchString(layout) || strayPart.MatchString(layout) || !isLayout(layout)
}

// goLayout translates a layout of another kind, whose language may be known (mysql, excel, oracle);
// ok is false if a part of it has no like in Go, or could be meant otherwise.
func goLayout(layout, language string) (text string, ok bool) {
	var parts []layoutPart
	switch {
	case language == "excel":
		parts, ok = fromLetters(excelLetters(layout), false)
	case directive.MatchString(layout):
		parts, ok = fromDirectives(layout, language == "mysql")
	default:
		parts, ok = fromLetters(layout, language == "oracle" || sqlMark.MatchString(layout))
	}
	if !ok {
		return "", false
	}
	return joinParts(parts)
}

var directives = map[string]string{
	"Y": "2006", "y": "06", "m": "01", "-m": "1", "d": "02", "-d": "2", "H": "15", "I": "03", "-I": "3",
	"M": "04", "-M": "4", "S": "05", "-S": "5", "f": "000000", "L": "000", "p": "PM", "b": "Jan", "B": "January",
	"a": "Mon", "A": "Monday", "Z": "MST", "z": "-0700", "j": "002", "F": "2006-01-02", "T": "15:04:05", "R": "15:04",
	"r": "03:04:05 PM", "n": "\n", "t": "\t", "%": "%",
}

// mysqlDirectives are those of MySQL, whose %M is the month's name. What is in one table alone or
// differs, such as %h, has a meaning only where the language is known.
var mysqlDirectives = map[string]string{
	"Y": "2006", "y": "06", "m": "01", "c": "1", "d": "02", "e": "2", "H": "15", "h": "03", "I": "03", "l": "3", "i": "04", "S": "05", "s": "05",
	"f": "000000", "p": "PM", "b": "Jan", "M": "January", "a": "Mon", "W": "Monday", "j": "002", "T": "15:04:05", "r": "03:04:05 PM", "%": "%",
}

// minuteNear tells that %M is the minute of strftime.
var (
	minute     = regexp.MustCompile(`%-?M`)
	minuteNear = regexp.MustCompile(`%-?[HI].*%-?M|%-?M.*%-?S`)
)

// layoutPart is a part of a time, or text as it is.
type layoutPart struct {
	text    string
	literal bool
}

// fromDirectives translates strftime's layouts, and MySQL's, which %i tells too.
func fromDirectives(layout string, mysql bool) (parts []layoutPart, ok bool) {
	table := directives
	if mysql || strings.Contains(layout, "%i") {
		table = mysqlDirectives
	} else if minute.MatchString(layout) && !minuteNear.MatchString(layout) {
		return nil, false
	}
	for layout != "" {
		at := directive.FindStringIndex(layout)
		if at == nil {
			return append(parts, layoutPart{layout, true}), true
		}
		d := layout[at[0]+1 : at[1]]
		instead := table[d]
		if instead == "" {
			return nil, false
		}
		parts = append(parts, layoutPart{layout[:at[0]], true}, layoutPart{instead, strings.Contains("%nt", d)})
		layout = layout[at[1]:]
	}
	return parts, true
}

// sqlParts are those of Postgres and Oracle, in whatever case where the case tells nothing.
var sqlParts = map[string]string{
	"yyyy": "2006", "yy": "06", "mm": "01", "mi": "04", "dd": "02", "hh": "03", "hh12": "03", "hh24": "15", "ss": "05",
	"ms": "000", "us": "000000", "ff3": "000", "ff6": "000000", "ff9": "000000000", "tzh:tzm": "-07:00",
	"Mon": "Jan", "Dy": "Mon", "AM": "PM", "PM": "PM", "am": "pm", "pm": "pm",
}

var (
	sqlMark = regexp.MustCompile(`(?i)MI|HH24|HH12|FF\d|TZH|Mon|Dy|Month|Day`)
	sqlPart = regexp.MustCompile(`(?i)YYYY|YY|Month|Mon|MM|MI|MS|US|Day|Dy|DD|HH24|HH12|HH|FF\d|SS|TZH:TZM|AM|PM|[A-Z]|[^A-Z]+`)
	phpMark = regexp.MustCompile(`[A-Za-z]{2}`)
)

// phpParts are the single letters of PHP.
var phpParts = map[string]string{
	"d": "02", "j": "2", "m": "01", "n": "1", "Y": "2006", "y": "06", "H": "15", "h": "03", "g": "3", "i": "04", "s": "05",
	"A": "PM", "a": "pm", "D": "Mon", "l": "Monday", "M": "Jan", "F": "January", "P": "-07:00", "O": "-0700",
}

// letterParts are what Java, Spark, .NET and moment.js have in common.
var letterParts = map[string]string{
	"yyyy": "2006", "yy": "06", "y": "2006", "MMMM": "January", "MMM": "Jan", "MM": "01", "M": "1", "dd": "02", "d": "2",
	"HH": "15", "hh": "03", "h": "3", "mm": "04", "m": "4", "ss": "05", "s": "5", "tt": "PM", "EEEE": "Monday", "EEE": "Mon", "EE": "Mon", "E": "Mon",
	"dddd": "Monday", "ddd": "Mon", "XXX": "Z07:00", "xxx": "-07:00", "a": "PM",
}

// momentParts are those of moment.js, whose years and days are capitals: in Java these are the year
// of the week and the day of the year.
var momentParts = map[string]string{
	"YYYY": "2006", "YY": "06", "DD": "02", "D": "2", "A": "PM", "a": "pm", "yyyy": "", "yy": "", "y": "", "dd": "", "d": "", "tt": "", "XXX": "", "xxx": "",
}

// fromLetters translates part by part; ok is false where a part has no like, or means one thing in
// one language and another in the next.
func fromLetters(layout string, sql bool) (parts []layoutPart, ok bool) {
	var last string
	for _, l := range letters(layout, sql) {
		p := layoutPart{l.text, l.literal}
		switch {
		case l.literal:
		case sql:
			p.text = either(sqlParts[l.text] != "", sqlParts[l.text], sqlParts[strings.ToLower(l.text)])
			if w := strings.ToLower(l.text); (w == "mon" || w == "dy") && sqlParts[l.text] == "" { // MON is in capitals
				p.text = ""
			}
		case !phpMark.MatchString(layout) && strings.ContainsAny(layout, "Yi"):
			p.text = phpParts[l.text]
		default:
			p.text = letterPart(layout, l.text, last)
			last = l.text
		}
		if parts = append(parts, p); p.text == "" {
			return nil, false
		}
	}
	return parts, true
}

// letterPart is a part of Java's kind, last the one before it.
func letterPart(layout, p, last string) string {
	hour := strings.HasPrefix(strings.ToLower(last), "h")
	if (p == "D" || p == "DD") && !strings.ContainsAny(layout, "YM") {
		return "" // the day of the year in Java, of the week in Oracle
	}
	text, own := momentParts[p]
	if !own || !momentMark.MatchString(layout) {
		text = letterParts[p]
	}
	switch {
	case p == "MM" || p == "M":
		return either(hour, "", text) // the month, but behind an hour a minute is meant
	case p == "mm" || p == "m":
		return either(hour || strings.Contains(layout, "MM") || minuteWritten.MatchString(layout), text, "")
	case strings.Trim(p, "S") == "" || strings.Trim(p, "f") == "":
		return strings.Repeat("0", len(p))
	}
	return text
}

var (
	halfDay     = regexp.MustCompile(`(?i)am/pm|a/p`)
	excelMinute = regexp.MustCompile(`(h[^a-z]*)m{1,2}|m{1,2}([^a-z]*s)`)
)

// excelLetters is a layout of Excel in the letters of Java: without AM/PM the hour is one of 24,
// and m is the minute behind an hour and before a second.
func excelLetters(layout string) string {
	half := halfDay.MatchString(layout)
	out := strings.ToLower(halfDay.ReplaceAllString(layout, "t"))
	out = strings.ReplaceAll(excelMinute.ReplaceAllString(out, "${1}i$2"), "m", "M")
	if !half {
		out = strings.ReplaceAll(out, "h", "H")
	}
	return strings.NewReplacer("i", "mm", "t", "tt").Replace(out)
}

var (
	momentMark    = regexp.MustCompile(`Y|D`)
	minuteWritten = regexp.MustCompile(`m[^A-Za-z]+s`)
)

var quotedPart = regexp.MustCompile(`^(?:'([^']*)'|"([^"]*)"|\[([^\]]*)\])`)

// letters cuts a layout into parts and what stands between them. A T between a day and an hour is
// itself.
func letters(layout string, sql bool) (list []layoutPart) {
	whole := layout
	for layout != "" {
		end, literal := 1, !isLetter(layout[0])
		switch m := quotedPart.FindStringSubmatch(layout); {
		case m != nil:
			list = append(list, layoutPart{m[1] + m[2] + m[3], true})
			layout = layout[len(m[0]):]
			continue
		case sql && !literal:
			end = len(sqlPart.FindString(layout))
		case !literal:
			for end < len(layout) && layout[end] == layout[0] {
				end++
			}
		}
		text := layout[:end]
		list = append(list, layoutPart{text, literal || text == "T" && !sql && phpMark.MatchString(whole)})
		layout = layout[end:]
	}
	return list
}

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

// joinParts is the layout of Go, if it writes times as its parts do one by one: text between them
// may look like a part to Go, as the 1 of Q1 does, and a fraction is one only behind a point.
func joinParts(parts []layoutPart) (layout string, ok bool) {
	for _, p := range parts {
		layout += p.text
	}
	for _, at := range layoutProbes {
		var want string
		for _, p := range parts {
			switch {
			case p.literal:
				want += p.text
			case strings.Trim(p.text, "0") == "":
				want += at.Format("." + p.text)[1:]
			default:
				want += at.Format(p.text)
			}
		}
		if at.Format(layout) != want {
			return "", false
		}
	}
	return layout, isLayout(layout)
}

// layoutProbes are two times with no part in common.
var layoutProbes = []time.Time{
	time.Date(2001, time.February, 3, 4, 5, 6, 123456789, time.UTC),
	time.Date(1998, time.November, 27, 20, 59, 48, 987654321, time.FixedZone("EST", -5*3600)),
}
