// Package asm is the module of the programs that write Volley's assembly. Each folder
// is one program for one package of Go code; what it writes is committed beside that
// package's code, with the line //go:generate that runs it, so that a build of Volley
// needs neither this module nor avo.
package asm
