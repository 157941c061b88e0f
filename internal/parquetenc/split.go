package parquetenc

// Split undoes byte stream split: it gathers take values of width bytes, after skip, from the
// width streams of count bytes that src consists of.
func Split(dst, src []byte, count, skip, take, width int) error {
	if len(src) < count*width || skip+take > count || len(dst) < take*width {
		return ErrShort
	}
	for k := range width {
		stream := src[k*count+skip:][:take]
		for i, b := range stream {
			dst[i*width+k] = b
		}
	}
	return nil
}
