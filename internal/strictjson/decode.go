package strictjson

import (
	"math"
	"reflect"
	"strconv"
	"strings"

	"github.com/volley-go/volley/internal/near"
)

// Unmarshaler is a type that reads itself.
type Unmarshaler interface{ UnmarshalStrict(v *Value) error }

// Decode reads the value into what into points to: structs by their json tags, lists, maps, texts,
// numbers, truth values, and what is an [Unmarshaler]. A field may be missing if its tag says
// omitempty or omitzero, and stays as it is then.
func (v *Value) Decode(into any) error { return v.decode(reflect.ValueOf(into).Elem()) }

func (v *Value) decode(to reflect.Value) error {
	if u, ok := to.Addr().Interface().(Unmarshaler); ok {
		return u.UnmarshalStrict(v)
	}
	switch to.Kind() {
	case reflect.Pointer:
		to.Set(reflect.New(to.Type().Elem()))
		return v.decode(to.Elem())
	case reflect.Struct:
		return v.decodeStruct(to)
	case reflect.Map:
		return v.decodeMap(to)
	case reflect.Slice:
		return v.decodeSlice(to)
	case reflect.String:
		if err := v.is(text); err != nil {
			return err
		}
		to.SetString(v.text)
	case reflect.Bool:
		if err := v.is(boolean); err != nil {
			return err
		}
		to.SetBool(v.truth)
	case reflect.Float64:
		return v.decodeFloat(to)
	default: // the integers
		return v.decodeInt(to)
	}
	return nil
}

// is refuses a value of another kind.
func (v *Value) is(want kind) error {
	switch {
	case v.kind == want:
		return nil
	case v.kind == null:
		return v.Errorf("this is null, where %s should be: leave the field out for its default", want)
	}
	return v.Errorf("this is %s, where %s should be", v.kind, want)
}

func (v *Value) decodeStruct(to reflect.Value) error {
	if err := v.is(object); err != nil {
		return err
	}
	at := map[string]int{}
	var names, missing []string
	for i := range to.NumField() {
		name, options, _ := strings.Cut(to.Type().Field(i).Tag.Get("json"), ",")
		at[name] = i
		names = append(names, name)
		if !strings.HasPrefix(options, "omit") && v.fields[name] == nil {
			missing = append(missing, name)
		}
	}
	for _, name := range v.names {
		i, ok := at[name]
		if !ok {
			return v.Errorf("no field %q is known here%s", name, near.Hint(name, names))
		}
		if err := v.fields[name].decode(to.Field(i)); err != nil {
			return err
		}
	}
	if len(missing) > 0 { // told last: one that is not known may be this one, misspelt
		return v.Errorf("there is no field %q", missing[0])
	}
	return nil
}

func (v *Value) decodeMap(to reflect.Value) error {
	if err := v.is(object); err != nil {
		return err
	}
	to.Set(reflect.MakeMap(to.Type()))
	for _, name := range v.names {
		item := reflect.New(to.Type().Elem()).Elem()
		if err := v.fields[name].decode(item); err != nil {
			return err
		}
		to.SetMapIndex(reflect.ValueOf(name), item)
	}
	return nil
}

func (v *Value) decodeSlice(to reflect.Value) error {
	if err := v.is(array); err != nil {
		return err
	}
	to.Set(reflect.MakeSlice(to.Type(), len(v.list), len(v.list)))
	for i, item := range v.list {
		if err := item.decode(to.Index(i)); err != nil {
			return err
		}
	}
	return nil
}

func (v *Value) decodeFloat(to reflect.Value) error {
	if err := v.is(number); err != nil {
		return err
	}
	x, err := strconv.ParseFloat(v.text, 64)
	if err != nil || math.IsInf(x, 0) {
		return v.Errorf("the number %s is too large", v.shown())
	}
	to.SetFloat(x)
	return nil
}

// decodeInt takes digits alone: 1e3 and 1.0 are numbers of which a program could make others.
func (v *Value) decodeInt(to reflect.Value) error {
	if err := v.is(number); err != nil {
		return err
	}
	n, err := strconv.ParseInt(v.text, 10, 64)
	if err != nil || to.OverflowInt(n) {
		return v.Errorf("%s is no whole number of at most %d bits, written in digits", v.shown(), to.Type().Bits())
	}
	to.SetInt(n)
	return nil
}

// shown is a number, of which a stranger may have sent a million digits.
func (v *Value) shown() string {
	if len(v.text) > 40 {
		return v.text[:40] + "…"
	}
	return v.text
}
