package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"runtime/pprof"
	"strings"
	"time"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/io/csvio"
	"github.com/volley-go/volley/io/parquetio"
	"github.com/volley-go/volley/ooc"
)

// runChild does a job and tells, as JSON, what it held.
func runChild(text string) error {
	var j job
	if err := json.Unmarshal([]byte(text), &j); err != nil {
		return err
	}
	if j.Profile != "" {
		runtime.MemProfileRate = 32 << 10
		stop := profilePeak(j.Profile)
		defer stop()
	}
	report, err := ooc.Job{From: sourceOf(j.In), To: sinkOf(j.Out), Memory: j.Memory}.Run(context.Background())
	if err != nil {
		return err
	}
	r := result{PeakUse: report.PeakUse}
	for _, h := range report.Holders {
		r.Holders = append(r.Holders, holder(h))
	}
	return json.NewEncoder(os.Stdout).Encode(r)
}

func sourceOf(path string) chunker.Source {
	if strings.HasSuffix(path, ".parquet") {
		return parquetio.Open(path)
	}
	return csvio.Open(path)
}

func sinkOf(path string) chunker.Sink {
	if strings.HasSuffix(path, ".parquet") {
		return parquetio.Create(path)
	}
	return csvio.Create(path)
}

// profilePeak keeps the heap profile of when the process was largest.
func profilePeak(path string) (stop func()) {
	done, ended := make(chan struct{}), make(chan struct{})
	var best bytes.Buffer
	go func() {
		defer close(ended)
		most := int64(0)
		for {
			select {
			case <-done:
				return
			case <-time.After(3 * time.Millisecond):
			}
			if now := resident(); now > most+most/20 {
				most = now
				best.Reset()
				_ = pprof.Lookup("heap").WriteTo(&best, 0)
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				fmt.Fprintf(os.Stderr, "resident %d MiB: heap %d in use, %d idle, %d released, next collection at %d, live objects %d, stacks %d, other %d; %d collections\n",
					most>>20, m.HeapInuse>>20, m.HeapIdle>>20, m.HeapReleased>>20, m.NextGC>>20, m.HeapAlloc>>20, m.StackInuse>>20,
					(m.Sys-m.HeapSys-m.StackSys)>>20, m.NumGC)
			}
		}
	}()
	return func() {
		close(done)
		<-ended
		if err := os.WriteFile(path, best.Bytes(), 0o644); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
	}
}

// resident is what the process holds now; 0 where the system does not tell.
func resident() int64 {
	var size, rss int64
	if b, err := os.ReadFile("/proc/self/statm"); err == nil {
		fmt.Sscan(string(b), &size, &rss)
	}
	return rss * int64(os.Getpagesize())
}
