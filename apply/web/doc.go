// Package web makes requests over HTTP for the rows of a table, and tables of what comes back.
//
//	client := &web.Client{PerHost: 8, Body: 1 << 20, Auth: web.Bearer(token)}
//
//	// A column of URLs: the columns body, status and latency.
//	out, err := apply.Apply(ctx, pages, web.Get("url", client))
//
//	// The columns of a struct, read from JSON.
//	out, err = apply.Apply(ctx, users, web.JSON[User]("url", client))
//
//	// What the tags of a struct name: headers, the error as a column, the status of a 404.
//	out, err = apply.Apply(ctx, pages, web.GetAs[Cached]("url", client))
//
//	// A request that a function builds of a row.
//	out, err = apply.Apply(ctx, orders, web.Do[web.Page](func(ctx context.Context, o Order) (*http.Request, error) { … }, client))
//
//	// A hundred rows a request, each with its answer or its error.
//	out, err = apply.Apply(ctx, texts, web.Post[Text, Score](url, web.Batches{Rows: 100}, client))
//
//	// A list that comes page by page, as a source.
//	users, err := chunker.ReadAll(ctx, web.Pages[User](url, web.Paging{Next: web.Link()}, client))
//
// The steps run over frames and, in package ooc, over files; how many requests are under way is the
// engine's choice, or that of [apply.Calls]: web.Get("url", client).With(apply.Calls{Concurrency:
// 500}).
//
// # What is a row's error
//
// A server that is not there, a status other than 2xx ([StatusError]), a body that is longer than
// [Client.Body] ([BodyError]), that is cut short, badly packed or not what the struct says. What
// becomes of the row is the policy's ([chunker.Policy]). A struct with a field for the error (see
// [GetAs]) has no row fail.
//
// # How often a row is asked for
//
// Once. net/http sends a GET again on its own if the socket that it was written to proves closed;
// here it does not. Only where not a byte was written is a request given another socket
// ([Counters.Resent]), so that the server sees it once. All else is for a guard, which is told what
// may be repeated (errors of the network, 408, 425, 429 and 5xx; the others are [async.Permanent])
// and how long the server asks to be left alone (Retry-After):
//
//	client := &web.Client{Guard: async.Retry{Attempts: 5}}
//
// # Sockets
//
// A [Client] keeps sockets for the next request for 5 s, or until Close. PerHost and Sockets bound
// them, those that are idle too; by default there are as many as calls. A request over
// loopback costs about 70 µs of processor time, of which net/http and the system take 55.
//
// # Strangers' URLs
//
// Client{Addresses: web.Public} opens no socket to an address of a private network. Auth is sent to
// the host that a URL names, whichever that is: [Auth.For] keeps it to yours. Bodies are capped
// once unpacked, so that a small answer cannot become a large one.
package web
