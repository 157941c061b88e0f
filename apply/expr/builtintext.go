package expr

import (
	"regexp"
	"strings"
)

// texts are the functions of texts. Positions and lengths count runes.
func texts() []*builtin {
	list := []*builtin{
		{name: "len", args: "s", doc: "the number of runes", min: 1, max: 1,
			check: func(k *call) *node { return k.make(opLen, int64Type, k.text(0)) }},
		{name: "lower", args: "s", doc: "in lower case", min: 1, max: 1, check: textToText(opLower)},
		{name: "upper", args: "s", doc: "in upper case", min: 1, max: 1, check: textToText(opUpper)},
		{name: "trim", args: "s[, \"cut\"]", doc: "without white space, or the given characters, at both ends", min: 1, max: 2, check: checkTrim(opTrim)},
		{name: "ltrim", args: "s[, \"cut\"]", doc: "as trim, at the beginning alone", min: 1, max: 2, check: checkTrim(opTrimLeft)},
		{name: "rtrim", args: "s[, \"cut\"]", doc: "as trim, at the end alone", min: 1, max: 2, check: checkTrim(opTrimRight)},
		{name: "contains", args: "s, part", doc: "whether part is in s", min: 2, max: 2, check: search(opContains)},
		{name: "startswith", args: "s, part", doc: "whether s begins with part", min: 2, max: 2, check: search(opStartsWith)},
		{name: "endswith", args: "s, part", doc: "whether s ends with part", min: 2, max: 2, check: search(opEndsWith)},
		{name: "replace", args: "s, old, new", doc: "every old replaced by new", min: 3, max: 3,
			check: func(k *call) *node { return k.make(opReplace, stringType, k.text(0), k.text(1), k.text(2)) }},
		{name: "substr", args: "s, from[, length]", doc: "length runes (the rest) from rune from on, which counts from 0, below 0 from the end", min: 2, max: 3, check: checkSubstr},
		{name: "split", args: "s, separator, k", doc: "part k, from 0, below 0 from the end; null where there is none", min: 3, max: 3,
			check: func(k *call) *node { return k.make(opSplit, stringType, k.text(0), k.text(1), k.integer(2)) }},
		{name: "concat", args: "a, b, …", doc: "the texts joined; a + b is the same", min: 1, max: -1, check: checkConcat},
		{name: "like", args: "s, \"pattern\"", doc: "SQL's LIKE: % is any text, _ any rune, \\ quotes", min: 2, max: 2, check: checkLike},
		{name: "match", args: "s, \"regexp\"", doc: "whether Go's regular expression matches in s", min: 2, max: 2,
			check: func(k *call) *node { return k.match(k.constText(1)) }},
	}
	for _, b := range list {
		b.nulls, b.nan, b.errs = nullStrict, noNaN, noErrors
	}
	return list
}

func textToText(o op) func(*call) *node {
	return func(k *call) *node { return k.make(o, stringType, k.text(0)) }
}

func search(o op) func(*call) *node {
	return func(k *call) *node { return k.make(o, boolType, k.text(0), k.text(1)) }
}

func checkTrim(o op) func(k *call) *node {
	return func(k *call) *node {
		n := k.make(o, stringType, k.text(0))
		if len(k.args) == 2 {
			n.val = quoted(k.constText(1))
		}
		return n
	}
}

func checkSubstr(k *call) *node {
	args := []*node{k.text(0), k.integer(1)}
	if len(k.args) == 3 {
		args = append(args, k.integer(2))
	}
	return k.make(opSubstr, stringType, args...)
}

func checkConcat(k *call) *node {
	var args []*node
	for i := range k.args {
		args = append(args, k.text(i))
	}
	return k.make(opConcat, stringType, args...)
}

// checkLike knows the patterns that need no regular expression.
func checkLike(k *call) *node {
	p := k.constText(1)
	inner := strings.Trim(p, "%")
	if !strings.ContainsAny(inner, `%_\`) && !strings.HasSuffix(p, `\%`) {
		n := k.make(opConst, stringType)
		n.val = inner
		head, tail := strings.HasPrefix(p, "%"), strings.HasSuffix(p, "%")
		switch {
		case !head && !tail:
			return k.make(opEq, boolType, k.text(0), n)
		case head && tail:
			return k.make(opContains, boolType, k.text(0), n)
		case tail:
			return k.make(opStartsWith, boolType, k.text(0), n)
		default:
			return k.make(opEndsWith, boolType, k.text(0), n)
		}
	}
	return k.match(likePattern(p))
}

func (k *call) match(p string) *node {
	re, err := regexp.Compile(p)
	if err != nil {
		k.fail(k.args[1].pos, "%v", err)
	}
	n := k.make(opMatch, boolType, k.text(0))
	n.val = pattern{re}
	return n
}

// inTextSet makes a set of four or more text constants; shorter lists are
// faster compared one by one.
func inTextSet(k *call) *node {
	x := k.args[0]
	if x.untyped() || !isString(x.typ) || len(k.args) < 5 {
		return nil
	}
	set := textSet{}
	for i, a := range k.args[1:] {
		if !a.isConst() || isNullNode(a) {
			return nil
		}
		set[k.constText(i+1)] = true
	}
	n := k.make(opInSet, boolType, x)
	n.val = set
	return n
}
