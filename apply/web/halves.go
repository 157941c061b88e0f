package web

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"unsafe"

	"github.com/volley-go/volley/apply/async"
)

// send sends all rows that have a text, batch by batch. The error is the context's, or a crash of a
// hook.
func (s *sheet[In, Out]) send(ctx context.Context) error {
	var rows []int
	for row, text := range s.rows {
		if text != nil && s.errs[row] == nil {
			rows = append(rows, row)
		}
	}
	group := async.NewTaskGroup(ctx, async.Limit{Concurrency: or(s.of.batches.Concurrency, 16)})
	for batch := range slices.Chunk(rows, or(s.of.batches.Rows, 100)) {
		group.Go(func(ctx context.Context) error { return s.batch(ctx, batch) })
	}
	return group.Wait()
}

// batch sends rows in one request, and if that fails for what may be a row's fault, in halves.
func (s *sheet[In, Out]) batch(ctx context.Context, rows []int) error {
	r, err := s.of.client.fetch(ctx, s.request(rows), s.of.turns)
	if err == nil {
		err = s.matched(r.body, rows)
	}
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return err
	case len(rows) > 1 && !s.of.batches.Whole && mayBeARows(err):
		half := len(rows) / 2
		if err := s.batch(ctx, rows[:half]); err != nil {
			return err
		}
		return s.batch(ctx, rows[half:])
	}
	for _, row := range rows {
		s.errs[row] = err
	}
	return nil
}

// unfit is an answer that is not what was asked for.
type unfit struct{ error }

func (u *unfit) Unwrap() error { return u.error }

// mayBeARows reports whether fewer rows may fare better.
func mayBeARows(err error) bool {
	if _, ok := errors.AsType[*unfit](err); ok {
		return true
	}
	if _, ok := errors.AsType[*BodyError](err); ok {
		return true
	}
	status, ok := errors.AsType[*StatusError](err)
	if !ok {
		return false
	}
	switch status.Status {
	case http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnprocessableEntity, http.StatusInternalServerError:
		return true
	}
	return false
}

// matched gives the rows their answers.
func (s *sheet[In, Out]) matched(body []byte, rows []int) error {
	list, err := listIn(body, s.of.batches.Answers)
	if err != nil {
		return &unfit{err}
	}
	if s.of.batches.Key != "" {
		return s.byKey(list, rows)
	}
	if len(list) != len(rows) {
		return &unfit{fmt.Errorf("%d answers came for %d rows: where they are fewer, Batches.Key says whose they are", len(list), len(rows))}
	}
	for i, row := range rows {
		s.read(row, list[i])
	}
	return nil
}

// byKey gives each row the answer that has its key.
func (s *sheet[In, Out]) byKey(list []json.RawMessage, rows []int) error {
	answers := map[string]json.RawMessage{}
	for _, text := range list {
		key, err := keyOf(text, s.of.batches.Key)
		if err != nil {
			return &unfit{err}
		}
		if before, twice := answers[key]; twice && !bytes.Equal(before, text) {
			return &unfit{fmt.Errorf("two answers have the key %s", key)}
		}
		answers[key] = text
	}
	for _, row := range rows {
		if text, ok := answers[s.keys[row]]; ok {
			s.read(row, text)
		} else {
			s.errs[row] = fmt.Errorf("%w: no %q is %s there", errNoAnswer, s.of.batches.Key, s.keys[row])
		}
	}
	return nil
}

// read reads a row's answer.
func (s *sheet[In, Out]) read(row int, text json.RawMessage) {
	if err := s.of.out.decode(text, unsafe.Pointer(&s.results[row])); err != nil {
		s.errs[row] = fmt.Errorf("the answer: %w", err)
	}
}

// keyOf is the value of a member of an object, as text that is equal for equal values.
func keyOf(text []byte, name string) (string, error) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(text, &members); err != nil {
		return "", notJSON("an object", text, err)
	}
	raw, ok := members[name]
	if !ok {
		return "", fmt.Errorf("an answer has no %q", name)
	}
	var value any
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	if err := d.Decode(&value); err != nil {
		return "", err
	}
	key, err := json.Marshal(value) // "é" and "\u00e9" are one
	return string(key), err
}
