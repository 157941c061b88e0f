//go:build 386 || arm || mips || mipsle

package words

// The compiler shows this name as its error.
var _ = volley_needs_a_64_bit_processor__Arrow_reads_wrong_decimals_on_32_bits
