package main

import (
	"fmt"

	"github.com/spf13/cobra"
)

func newSniff() *cobra.Command {
	in := new(input)
	cmd := &cobra.Command{
		Use:   "sniff FILE…",
		Short: "Show what CSV files were found to be like, and why",
		Long: `Sniff shows what reading a CSV file would take for granted, and why: compression, encoding, line ends, delimiter,
quotes, comments, lines above the table, header, and for each column its type and how its values are written.
It looks at samples from all over the file. What the flags say is not looked for.`,
		Example: `  volley sniff trips.csv
  volley sniff export.txt --no-header --null '?'`,
		Args: someInputs,
		RunE: func(cmd *cobra.Command, args []string) error { return in.sniff(cmd, args) },
	}
	in.flags(cmd)
	return cmd
}

func (in *input) sniff(cmd *cobra.Command, args []string) error {
	options, err := in.options()
	if err == nil && in.from == parquet {
		err = fmt.Errorf("--from %s: only CSV is sniffed; see volley schema --stored", in.from)
	}
	if err != nil {
		return usage(cmd, "%w", err)
	}
	for i, a := range args {
		if a == stdio {
			return usage(cmd, "sniff looks at places all over a file: standard input has none")
		}
		format, err := in.formatOf([]string{a})
		if err == nil && format == parquet {
			err = fmt.Errorf("%s is Parquet: only CSV is sniffed; see volley schema --stored", a)
		}
		if err != nil {
			return usage(cmd, "%w", err)
		}
		found, err := forFormat(options, format).Sniff(cmd.Context(), a)
		if err != nil {
			return err
		}
		text := inFlags(found.String())
		if i > 0 {
			text = "\n" + text
		}
		if err := show(cmd.OutOrStdout(), text); err != nil {
			return err
		}
	}
	return nil
}
