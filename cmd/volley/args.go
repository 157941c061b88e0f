package main

import (
	"slices"

	"github.com/spf13/cobra"
)

func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usage(cmd, "%s takes no arguments, %q is given", cmd.Name(), args[0])
	}
	return nil
}

// someInputs is the check of verbs that read and do not write.
func someInputs(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return usage(cmd, "%s takes inputs: files, patterns, or - for standard input", cmd.Name())
	}
	return noEmpty(cmd, args)
}

// inputsAndOutput is the check of verbs that write what they read.
func inputsAndOutput(cmd *cobra.Command, args []string) error {
	if len(args) < 2 {
		return usage(cmd, "%s takes inputs and an output; what is given is %q", cmd.Name(), args)
	}
	return noEmpty(cmd, args)
}

// noEmpty refuses what a shell makes of a variable that is not set.
func noEmpty(cmd *cobra.Command, args []string) error {
	if at := slices.Index(args, ""); at >= 0 {
		return usage(cmd, "name %d is empty", at+1)
	}
	return nil
}
