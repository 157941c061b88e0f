// Package asm is the module of the programs that write Volley's assembly. Each folder is one
// program for one package of Go code, but for emit, which is what the programs share. What a
// program writes is committed beside that package's code, with the line //go:generate that runs it,
// so that a build of Volley needs neither this module nor avo.
//
// A program is read from its kernels: a kernel is a function that begins, calls a function for each
// thing the assembly does, in the order in which that lies in the code, and ends. Its registers are
// the fields of a struct.
package asm
