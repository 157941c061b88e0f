package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
)

// service knows airports, and is not in good health.
type service struct {
	*httptest.Server
	requests atomic.Int64
	mended   atomic.Bool
}

func newService() *service {
	s := new(service)
	s.Server = httptest.NewServer(http.HandlerFunc(s.answer))
	return s
}

func (s *service) mend() { s.mended.Store(true) }

func (s *service) answer(w http.ResponseWriter, r *http.Request) {
	code := strings.TrimPrefix(r.URL.Path, "/airports/")
	if s.requests.Add(1)%10 == 0 {
		w.Header().Set("Retry-After", "0")
		http.Error(w, "try again", http.StatusServiceUnavailable)
		return
	}
	town := map[string]string{"town": "Town of " + code, "state": "somewhere"}
	if code == "MIA" {
		town = map[string]string{"town": "Miami", "state": "Florida"}
		if !s.mended.Load() {
			delete(town, "state")
		}
	}
	_ = json.NewEncoder(w).Encode(town)
}

// why is a reason without the place, which the rejects have in columns of their own.
func why(reason string) string {
	before, _, _ := strings.Cut(reason, " (take")
	return before
}
