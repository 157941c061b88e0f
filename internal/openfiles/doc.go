// Package openfiles tells how many files and sockets the process may still open.
package openfiles
