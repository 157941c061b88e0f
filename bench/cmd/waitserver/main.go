// Command waitserver is a server whose answers take a while: the other side of the jobs that wait.
// It prints its URL, and ends when its input does.
package main

import (
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"time"
)

func main() {
	wait := flag.Duration("wait", 50*time.Millisecond, "how long an answer takes")
	flag.Parse()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("http://%s\n", listener.Addr())
	go func() { log.Fatal(http.Serve(listener, handler(*wait))) }()
	io.Copy(io.Discard, os.Stdin)
}

// handler answers with what it is asked for: /7 is 7.
func handler(wait time.Duration) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(wait)
		io.WriteString(w, r.URL.Path[1:])
	})
}
