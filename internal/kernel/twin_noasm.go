//go:build !amd64 || noasm

package kernel

// fastest is empty without assembly.
func fastest() map[string][]twin { return nil }

func headWords(Bits, []int32, []int32, []int32, []byte, *Needle, int32, int32) int { return 0 }

func runPlaces(Bits, []byte, *Needle, int) int { return 0 }

func markedWords(Bits, []int32, []int32, Bits, int, int, int) int { return 0 }

func compressWords[U any](dst, src []U, mask Bits) (at, words int) { return 0, 0 }
