//go:build !amd64 || noasm

package parquetenc

func fastGroups(groups, size, width int) int { return 0 }

func unpackGroups([]uint32, []byte, int) uint32 { return 0 }

// Gather64 sets dst[i] to dict[ix[i]], for places that are known to be in dict.
func Gather64(dst, dict []uint64, ix []uint32) { gather(dst[:len(ix)], dict, ix) }
