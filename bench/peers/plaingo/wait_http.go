package main

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"

	"github.com/volley-go/volley/bench/protocol"
)

// waitHTTP makes a request for each row, by one client that keeps its connections.
func waitHTTP(task protocol.Task) (protocol.Answer, error) {
	transport := &http.Transport{MaxConnsPerHost: task.Limit, MaxIdleConnsPerHost: task.Limit}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport}
	out, errs := make([]float64, task.Rows), make([]error, task.Rows)
	atOnce(task, func(n int) {
		out[n], errs[n] = number(client, fmt.Sprintf("%s/%d", task.Server, n))
	})
	return total(out), errors.Join(errs...)
}

// number is what the server says.
func number(client *http.Client, url string) (float64, error) {
	resp, err := client.Get(url)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return 0, err
	}
	return strconv.ParseFloat(string(body), 64)
}
