package web_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/apply/async"
	"github.com/volley-go/volley/apply/table"
	"github.com/volley-go/volley/apply/web"
	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
)

// answering is a server on this machine that answers by path.
func answering(answers map[string]string) *httptest.Server {
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer, ok := answers[r.URL.Path]
		if !ok {
			http.Error(w, "no such page", http.StatusNotFound)
			return
		}
		w.Header().Set("ETag", r.URL.Path[1:])
		io.WriteString(w, answer)
	}))
}

func show(f *frame.Frame, err error) {
	if err != nil {
		fmt.Println("error:", err)
		return
	}
	fmt.Println(f)
}

func ExampleGet() {
	server := answering(map[string]string{"/a": "first page", "/b": "second page"})
	defer server.Close()
	client := &web.Client{PerHost: 8, Body: 1 << 20}
	defer client.Close()

	pages, _ := frame.New(frame.Of("url", []string{server.URL + "/a", server.URL + "/b"}))
	show(apply.Apply(context.Background(), pages, web.Get("url", client), table.Select("body", "status")))
	// Output:
	// body         status
	// string        int64
	// ───────────  ──────
	// first page      200
	// second page     200
	// 2 rows × 2 columns
}

// The error as a column: no row fails.
func ExampleGetAs() {
	server := answering(map[string]string{"/a": "first page"})
	defer server.Close()
	client := &web.Client{}
	defer client.Close()

	type Cached struct {
		Status int              `volley:"status" web:"status"`
		ETag   sql.Null[string] `volley:"etag" web:"header:ETag"`
		Failed sql.Null[string] `volley:"failed" web:"error"`
	}
	pages, _ := frame.New(frame.Of("n", []int{1, 2}), frame.Of("url", []string{server.URL + "/a", server.URL + "/z"}))
	show(apply.Apply(context.Background(), pages, web.GetAs[Cached]("url", client), apply.Expr("failed = !isnull(failed)"), table.Drop("url")))
	// Output:
	// n  status  etag    failed
	// int64   int64  string  bool
	// ─────  ──────  ──────  ──────
	//     1     200  a       false
	//     2     404  null    true
	// 2 rows × 4 columns
}

func ExampleJSON() {
	server := answering(map[string]string{
		"/1": `{"name": "Ann", "home_town": "Oslo", "visits": 3}`,
		"/2": `{"name": "Bob", "home_town": null, "visits": 5}`,
	})
	defer server.Close()
	client := &web.Client{Guard: async.Retry{Attempts: 3}}
	defer client.Close()

	type User struct {
		Name     string
		HomeTown sql.Null[string]
		Visits   int `volley:"visits"`
	}
	users, _ := frame.New(frame.Of("url", []string{server.URL + "/1", server.URL + "/2"}))
	show(apply.Apply(context.Background(), users, web.JSON[User]("url", client), table.Drop("url")))
	// Output:
	// Name    HomeTown  visits
	// string  string     int64
	// ──────  ────────  ──────
	// Ann     Oslo           3
	// Bob     null           5
	// 2 rows × 3 columns
}

func ExampleDo() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		fmt.Fprintf(w, "%s %s: %s", r.Method, r.URL.Path, body)
	}))
	defer server.Close()
	client := &web.Client{Auth: web.Bearer("sesame").For("127.0.0.1")}
	defer client.Close()

	type Order struct {
		ID   int
		Note string
	}
	put := func(_ context.Context, o Order) (*http.Request, error) {
		return http.NewRequest(http.MethodPut, fmt.Sprintf("%s/orders/%d", server.URL, o.ID), strings.NewReader(o.Note))
	}
	orders, _ := frame.New(frame.Of("id", []int{7, 8}), frame.Of("note", []string{"urgent", "fragile"}))
	show(apply.Apply(context.Background(), orders, web.Do[web.Page](put, client), table.Select("id", "body")))
	// Output:
	// id  body
	// int64  string
	// ─────  ──────────────────────
	//     7  PUT /orders/7: urgent
	//     8  PUT /orders/8: fragile
	// 2 rows × 2 columns
}

// A hundred rows a request. The batch with a text that the service cannot take is sent again in
// halves, until that row alone has failed.
func ExamplePost() {
	type Text struct{ Text string }
	type Score struct{ Score int }
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var texts []Text
		var scores []Score
		_ = json.NewDecoder(r.Body).Decode(&texts)
		for _, t := range texts {
			if t.Text == "" {
				http.Error(w, "an empty text", http.StatusUnprocessableEntity)
				return
			}
			scores = append(scores, Score{len(t.Text)})
		}
		_ = json.NewEncoder(w).Encode(scores)
	}))
	defer server.Close()
	client := &web.Client{}
	defer client.Close()

	texts, _ := frame.New(frame.Of("text", []string{"good", "", "better", "best of all"}))
	engine := apply.Engine{OnError: chunker.Null()}
	scored, report, err := engine.Run(context.Background(), texts, web.Post[Text, Score](server.URL, web.Batches{Rows: 100}, client))
	show(scored, err)
	fmt.Println("failed:", report.Failed)
	// Output:
	// text         Score
	// string       int64
	// ───────────  ─────
	// good             4
	// ""            null
	// better           6
	// best of all     11
	// 4 rows × 2 columns
	// failed: 1
}

func ExamplePages() {
	server := answering(map[string]string{
		"/users":  `{"users": [{"name": "Ann"}, {"name": "Bob"}], "next": "/users2"}`,
		"/users2": `{"users": [{"name": "Cem"}], "next": null}`,
	})
	defer server.Close()
	client := &web.Client{}
	defer client.Close()

	type User struct{ Name string }
	show(chunker.ReadAll(context.Background(), web.Pages[User](server.URL+"/users", web.Paging{Next: web.NextURL("next"), List: "users"}, client)))
	// Output:
	// Name
	// string
	// ──────
	// Ann
	// Bob
	// Cem
	// 3 rows × 1 column
}

// URLs from strangers must not reach what only this machine can reach.
func ExamplePublic() {
	server := answering(map[string]string{"/": "a secret"})
	defer server.Close()
	urls, _ := frame.New(frame.Of("url", []string{server.URL}))
	_, err := apply.Apply(context.Background(), urls, web.Get("url", &web.Client{Addresses: web.Public}))
	var refused *web.AddressError
	if errors.As(err, &refused) {
		fmt.Println(refused.Err)
	}
	// Output: 127.0.0.1 is a loopback address (Client.Addresses allows public ones)
}

func ExampleClient_Counters() {
	server := answering(map[string]string{"/": "page"})
	defer server.Close()
	client := &web.Client{ReadTimeout: 10 * time.Second, OnEvent: func(e web.Event) {
		if e.Moment == web.Done {
			fmt.Println(e.Method, e.Status, e.Bytes, "bytes")
		}
	}}
	defer client.Close()
	urls, _ := frame.New(frame.Of("url", []string{server.URL, server.URL}))
	if _, err := apply.Apply(context.Background(), urls, web.Get("url", client).With(apply.Calls{Concurrency: 1})); err != nil {
		fmt.Println("error:", err)
	}
	fmt.Println(client.Counters().Requests, "requests,", client.Counters().Dialed, "socket")
	// Output:
	// GET 200 4 bytes
	// GET 200 4 bytes
	// 2 requests, 1 socket
}

// A server that wants a name and a password, and one that is told a wrong one.
func ExampleBasic() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if user, password, _ := r.BasicAuth(); user != "ann" || password != "secret" {
			http.Error(w, "who are you?", http.StatusUnauthorized)
			return
		}
		io.WriteString(w, "welcome")
	}))
	defer server.Close()
	urls, _ := frame.New(frame.Of("url", []string{server.URL}))
	for _, password := range []string{"secret", "guess"} {
		client := &web.Client{Auth: web.Basic("ann", password)}
		out, err := apply.Apply(context.Background(), urls, web.Get("url", client))
		var status *web.StatusError
		if errors.As(err, &status) {
			fmt.Printf("%d %s", status.Status, status.Body)
		} else {
			body, _ := frame.Col[string](out, "body")
			fmt.Println(body.Values()[0])
		}
		client.Close()
	}
	// Output:
	// welcome
	// 401 who are you?
}

// Pages whose next is asked for by a text of the one before.
func ExampleCursor() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Query().Get("after") {
		case "":
			io.WriteString(w, `{"items": [{"n": 1}, {"n": 2}], "cursor": "b2"}`)
		case "b2":
			io.WriteString(w, `{"items": [{"n": 3}], "cursor": ""}`)
		}
	}))
	defer server.Close()
	client := &web.Client{}
	defer client.Close()
	type Item struct {
		N int64 `json:"n"`
	}
	items := web.Pages[Item](server.URL, web.Paging{Next: web.Cursor("cursor", "after"), List: "items"}, client)
	all, err := chunker.ReadAll(context.Background(), items)
	if err != nil {
		fmt.Println("error:", err)
		return
	}
	fmt.Println(all.NumRows(), "items of 2 pages")
	// Output: 3 items of 2 pages
}
