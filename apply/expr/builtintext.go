package expr

import (
	"regexp"
	"strings"

	"github.com/volley-go/volley/internal/ir"
)

// texts are the functions of texts. Positions and lengths count runes.
func texts() []*builtin {
	list := []*builtin{
		{name: "len", args: "s", doc: "the number of runes", min: 1, max: 1,
			check: func(k *call) *ir.Node { return k.make(ir.OpLen, ir.Int64Type, k.text(0)) }},
		{name: "lower", args: "s", doc: "in lower case", min: 1, max: 1, check: textToText(ir.OpLower)},
		{name: "upper", args: "s", doc: "in upper case", min: 1, max: 1, check: textToText(ir.OpUpper)},
		{name: "trim", args: "s[, \"cut\"]", doc: "without white space, or the given characters, at both ends", min: 1, max: 2, check: checkTrim(ir.OpTrim)},
		{name: "ltrim", args: "s[, \"cut\"]", doc: "as trim, at the beginning alone", min: 1, max: 2, check: checkTrim(ir.OpTrimLeft)},
		{name: "rtrim", args: "s[, \"cut\"]", doc: "as trim, at the end alone", min: 1, max: 2, check: checkTrim(ir.OpTrimRight)},
		{name: "contains", args: "s, part", doc: "whether part is in s", min: 2, max: 2, check: search(ir.OpContains)},
		{name: "startswith", args: "s, part", doc: "whether s begins with part", min: 2, max: 2, check: search(ir.OpStartsWith)},
		{name: "endswith", args: "s, part", doc: "whether s ends with part", min: 2, max: 2, check: search(ir.OpEndsWith)},
		{name: "replace", args: "s, old, new", doc: "every old replaced by new", min: 3, max: 3,
			check: func(k *call) *ir.Node { return k.make(ir.OpReplace, ir.StringType, k.text(0), k.text(1), k.text(2)) }},
		{name: "substr", args: "s, from[, length]", doc: "length runes (the rest) from rune from on, which counts from 0, below 0 from the end", min: 2, max: 3, check: checkSubstr},
		{name: "split", args: "s, separator, k", doc: "part k, from 0, below 0 from the end; null where there is none", min: 3, max: 3,
			check: func(k *call) *ir.Node { return k.make(ir.OpSplit, ir.StringType, k.text(0), k.text(1), k.integer(2)) }},
		{name: "concat", args: "a, b, …", doc: "the texts joined; a + b is the same", min: 1, max: -1, check: checkConcat},
		{name: "like", args: "s, \"pattern\"", doc: "SQL's LIKE: % is any text, _ any rune, \\ quotes", min: 2, max: 2, check: checkLike},
		{name: "match", args: "s, \"regexp\"", doc: "whether Go's regular expression matches in s", min: 2, max: 2,
			check: func(k *call) *ir.Node { return k.match(k.constText(1)) }},
	}
	for _, b := range list {
		b.nulls, b.nan, b.errs = nullStrict, noNaN, noErrors
	}
	return list
}

func textToText(o ir.Op) func(*call) *ir.Node {
	return func(k *call) *ir.Node { return k.make(o, ir.StringType, k.text(0)) }
}

func search(o ir.Op) func(*call) *ir.Node {
	return func(k *call) *ir.Node { return k.make(o, ir.BoolType, k.text(0), k.text(1)) }
}

func checkTrim(o ir.Op) func(k *call) *ir.Node {
	return func(k *call) *ir.Node {
		n := k.make(o, ir.StringType, k.text(0))
		if len(k.args) == 2 {
			n.Value = ir.Quoted(k.constText(1))
		}
		return n
	}
}

func checkSubstr(k *call) *ir.Node {
	args := []*ir.Node{k.text(0), k.integer(1)}
	if len(k.args) == 3 {
		args = append(args, k.integer(2))
	}
	return k.make(ir.OpSubstr, ir.StringType, args...)
}

func checkConcat(k *call) *ir.Node {
	var args []*ir.Node
	for i := range k.args {
		args = append(args, k.text(i))
	}
	return k.make(ir.OpConcat, ir.StringType, args...)
}

// checkLike knows the patterns that need no regular expression.
func checkLike(k *call) *ir.Node {
	p := k.constText(1)
	inner := strings.Trim(p, "%")
	if !strings.ContainsAny(inner, `%_\`) && !strings.HasSuffix(p, `\%`) {
		n := k.make(ir.OpConst, ir.StringType)
		n.Value = inner
		head, tail := strings.HasPrefix(p, "%"), strings.HasSuffix(p, "%")
		switch {
		case !head && !tail:
			return k.make(ir.OpEq, ir.BoolType, k.text(0), n)
		case head && tail:
			return k.make(ir.OpContains, ir.BoolType, k.text(0), n)
		case tail:
			return k.make(ir.OpStartsWith, ir.BoolType, k.text(0), n)
		default:
			return k.make(ir.OpEndsWith, ir.BoolType, k.text(0), n)
		}
	}
	return k.match(likePattern(p))
}

func (k *call) match(p string) *ir.Node {
	re, err := regexp.Compile(p)
	if err != nil {
		k.fail(k.args[1].Pos, "%v", err)
	}
	n := k.make(ir.OpMatch, ir.BoolType, k.text(0))
	n.Value = ir.Pattern{Regexp: re}
	return n
}

// inTextSet makes a set of four or more text constants; shorter lists are
// faster compared one by one.
func inTextSet(k *call) *ir.Node {
	x := k.args[0]
	if x.Untyped() || !ir.IsString(x.Type) || len(k.args) < 5 {
		return nil
	}
	set := ir.TextSet{}
	for i, a := range k.args[1:] {
		if !a.IsConst() || isNullNode(a) {
			return nil
		}
		set[k.constText(i+1)] = true
	}
	n := k.make(ir.OpInSet, ir.BoolType, x)
	n.Value = set
	return n
}

// likePattern translates SQL's LIKE: % any text, _ any rune, \ quotes the next.
func likePattern(like string) string {
	var b strings.Builder
	b.WriteString(`(?s)\A`)
	quote := false
	for _, r := range like {
		switch {
		case quote:
			b.WriteString(regexp.QuoteMeta(string(r)))
			quote = false
		case r == '\\':
			quote = true
		case r == '%':
			b.WriteString(".*")
		case r == '_':
			b.WriteString(".")
		default:
			b.WriteString(regexp.QuoteMeta(string(r)))
		}
	}
	b.WriteString(`\z`)
	return b.String()
}
