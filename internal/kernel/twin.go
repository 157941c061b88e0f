package kernel

// Twin returns the fastest form of a kernel on this processor: an assembly twin
// where there is one of that name and signature, else the generic form itself.
func Twin[F any](name string, generic F) F {
	for _, t := range twins(name) {
		if f, ok := t.(F); ok {
			return f
		}
	}
	return generic
}
