package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// memberAt is a member of an object, or of objects inside it by a path such as meta.next; nil if
// there is none. A name with a dot in it is found too.
func memberAt(text json.RawMessage, path string) (json.RawMessage, error) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(text, &members); err != nil {
		return nil, notJSON("an object", text, err)
	}
	if raw, ok := members[path]; ok {
		return raw, nil
	}
	first, rest, dotted := strings.Cut(path, ".")
	inner, ok := members[first]
	if !dotted || !ok || string(inner) == "null" {
		return nil, nil
	}
	return memberAt(inner, rest)
}

// listIn is the elements of a list, which is the whole body or lies in it at a path.
func listIn(body []byte, path string) (list []json.RawMessage, err error) {
	text := json.RawMessage(body)
	if path != "" {
		if text, err = memberAt(text, path); err != nil {
			return nil, err
		}
		if text == nil {
			return nil, fmt.Errorf("the answer has no member %q for the list", path)
		}
	}
	if err := json.Unmarshal(text, &list); err != nil {
		return nil, notJSON("a list", text, err)
	}
	if list == nil {
		return nil, errors.New("null where a list was expected")
	}
	return list, nil
}

// quoted is a text in JSON.
func quoted(name string) string {
	text, err := json.Marshal(name)
	if err != nil {
		return `""` // a text has no such error
	}
	return string(text)
}
