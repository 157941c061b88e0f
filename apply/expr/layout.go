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
	pos, example := k.args[i].pos, `the time 2006-01-02 15:04:05 as it is to be written, such as "2006-01-02"`
	if instead, ok := goLayout(layout); ok {
		k.fail(pos, "the layout %q is none of Go, which is %s: write %s", layout, example, strconv.Quote(instead))
	}
	k.fail(pos, "the layout %q has no part of a time in it: a layout of Go is %s", layout, example)
	return ""
}

// isLayout reports whether any part of a time comes out by the layout: two times with no part in
// common are told apart.
func isLayout(layout string) bool {
	a := time.Date(2001, time.February, 3, 4, 5, 6, 123456789, time.UTC)
	b := time.Date(1998, time.November, 27, 20, 59, 48, 987654321, time.FixedZone("EST", -5*3600))
	return a.Format(layout) != b.Format(layout)
}

var (
	directive = regexp.MustCompile(`%[-_0^#]?[A-Za-z%]`)
	// letterPart is a part of a layout written with letters, the longer ones first.
	letterPart = regexp.MustCompile(`YYYY|yyyy|YY|yy|Month|MMMM|MONTH|MMM|Mon|MON|MM|mm|MI|mi|dddd|Day|DAY|ddd|EEEE|EEE|Dy|DD|dd|HH24|hh24|HH12|hh12|HH|hh|SSS|fff|FF3|FF6|FF|SS|ss|AM|PM|am|pm|tt|XXX|TZH:TZM|[A-Za-z]`)
	quotedPart = regexp.MustCompile(`'([^']*)'|"([^"]*)"`)
	// strayPart is a part that a layout of Go has no use for, where it is a word by itself.
	strayPart = regexp.MustCompile(`YYYY|yyyy|HH24|hh24|(?:^|[^A-Za-z])(?:YY|yy|MM|mm|MI|mi|DD|dd|HH|hh|SS|ss)(?:[^A-Za-z]|$)`)
)

// foreignLayout reports whether a layout is one of strftime (%Y), of those written with letters
// (YYYY-MM-DD), or none at all.
func foreignLayout(layout string) bool {
	return directive.MatchString(layout) || strayPart.MatchString(layout) || !isLayout(layout)
}

// goLayout translates a layout of another kind; ok is false if a part of it has no like in Go.
func goLayout(layout string) (text string, ok bool) {
	if directive.MatchString(layout) {
		text, ok = fromDirectives(layout)
	} else {
		text, ok = fromLetters(layout)
	}
	return text, ok && isLayout(text)
}

var directives = map[string]string{
	"Y": "2006", "y": "06", "m": "01", "-m": "1", "d": "02", "-d": "2", "e": "_2", "H": "15", "k": "15", "I": "03", "-I": "3",
	"M": "04", "-M": "4", "S": "05", "-S": "5", "f": "000000", "L": "000", "p": "PM", "b": "Jan", "h": "Jan", "B": "January",
	"a": "Mon", "A": "Monday", "Z": "MST", "z": "-0700", "j": "002", "F": "2006-01-02", "T": "15:04:05", "R": "15:04",
	"D": "01/02/06", "r": "03:04:05 PM", "c": "Mon Jan _2 15:04:05 2006", "n": "\n", "t": "\t", "%": "%",
}

// mysqlDirectives are those that MySQL has of its own: %i tells that a layout is one of its.
var mysqlDirectives = map[string]string{
	"i": "04", "s": "05", "h": "03", "M": "January", "W": "Monday", "c": "1", "e": "2", "l": "3",
}

func fromDirectives(layout string) (string, bool) {
	mysql, ok := strings.Contains(layout, "%i"), true
	text := directive.ReplaceAllStringFunc(layout, func(d string) string {
		instead, known := directives[d[1:]]
		if own, has := mysqlDirectives[d[1:]]; mysql && has {
			instead, known = own, true
		}
		ok = ok && known
		return instead
	})
	return text, ok
}

var letterParts = map[string]string{
	"yyyy": "2006", "yy": "06", "month": "January", "mmmm": "January", "mmm": "Jan", "mon": "Jan", "mi": "04",
	"dddd": "Monday", "day": "Monday", "eeee": "Monday", "ddd": "Mon", "eee": "Mon", "dy": "Mon", "dd": "02",
	"hh24": "15", "hh12": "03", "sss": "000", "fff": "000", "ff3": "000", "ff6": "000000", "ff": "000000", "ss": "05",
	"am": "PM", "pm": "PM", "tt": "PM", "xxx": "Z07:00", "tzh:tzm": "-07:00",
	"d": "2", "m": "1", "h": "3", "i": "04", "s": "5", "a": "PM", "t": "T", "z": "Z07:00", "y": "2006",
}

// phpParts are the single letters of PHP, which have leading zeros.
var phpParts = map[string]string{"d": "02", "m": "01", "s": "05"}

// fromLetters translates part by part; ok is false for a word that is no part. MM is the minute
// behind an hour and else the month; HH is of 12 hours if the layout has AM or PM.
func fromLetters(layout string) (text string, ok bool) {
	layout = quotedPart.ReplaceAllString(layout, "$1$2")
	half := halfDay.MatchString(layout)
	php := !twoLetters.MatchString(layout)
	last, ok := "", true
	text = letterPart.ReplaceAllStringFunc(layout, func(p string) string {
		p = strings.ToLower(p)
		instead := letterParts[p]
		switch minute := strings.HasPrefix(last, "h"); {
		case php && phpParts[p] != "":
			instead = phpParts[p]
		case p == "hh" || p == "h" && !half:
			instead = either(half, "03", "15")
		case p == "mm":
			instead = either(minute, "04", "01")
		case p == "m" && minute:
			instead = "4"
		}
		ok = ok && instead != ""
		last = p
		return instead
	})
	return text, ok
}

var (
	halfDay    = regexp.MustCompile(`AM|PM|am|pm|tt|\b[aA]\b`)
	twoLetters = regexp.MustCompile(`[A-Za-z]{2}`)
)
