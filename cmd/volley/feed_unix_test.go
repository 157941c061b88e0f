//go:build unix

package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

func init() {
	scriptCommands["feed"] = feed
	scriptCommands["signalled"] = signalled
	scriptCommands["stall"] = stall
}

// feed PIPE BYTES DONE writes so many bytes of rows into a named pipe that it holds open at both
// ends, makes the file DONE, and stays. It is one process, so that killing it leaves nobody behind
// who holds the pipe.
func feed() {
	p, err := os.OpenFile(os.Args[1], os.O_RDWR, 0)
	check(err)
	n, err := strconv.Atoi(os.Args[2])
	check(err)
	_, err = p.Write(bytes.Repeat([]byte("1\n"), n/2))
	check(err)
	check(os.WriteFile(os.Args[3], nil, 0o600))
	time.Sleep(time.Minute)
}

// stall FILE reads nothing of what it is sent, until there is a file of that name.
func stall() {
	for range 1200 {
		if _, err := os.Stat(os.Args[1]); err == nil {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// signalled SIGNAL COMMAND… runs a command, sends it the signal once it waits for the other end of
// a pipe, and ends as it does. One that the signal does not end is killed.
func signalled() {
	signals := map[string]os.Signal{"INT": syscall.SIGINT, "HUP": syscall.SIGHUP, "TERM": syscall.SIGTERM}
	c := exec.Command(os.Args[2], os.Args[3:]...)
	c.Stdout, c.Stderr = os.Stdout, os.Stderr
	check(c.Start())
	untilItWaits(c.Process.Pid)
	check(c.Process.Signal(signals[os.Args[1]]))
	late := time.AfterFunc(40*time.Second, func() { _ = c.Process.Kill() })
	_ = c.Wait()
	late.Stop()
	os.Exit(c.ProcessState.ExitCode())
}

// untilItWaits returns once a thread of a process opens a pipe that nobody has at the other end, or
// writes to one that nobody reads, or once all its threads have waited for a second, for a Go
// program does not hang in some writes, but is told by the system when they can go on. Where the
// system does not tell what threads wait for, it returns after three seconds.
func untilItWaits(pid int) {
	told, idle := false, 0
	for i := 0; i < 600 && idle < 20 && (told || i < 60); i++ {
		time.Sleep(50 * time.Millisecond)
		idle++
		threads, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/wchan", pid))
		for _, name := range threads {
			b, _ := os.ReadFile(name)
			switch at := string(b); {
			case at == "wait_for_partner" || strings.HasSuffix(at, "pipe_write"):
				return
			case at == "0" || at == "": // it has a processor, or is to get one; or this is a secret
				idle = 0
			default:
				told = true
			}
		}
		if len(threads) == 0 {
			idle = 0
		}
	}
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
