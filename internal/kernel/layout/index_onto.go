package layout

import (
	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/elementwise"
	"github.com/pullback-go/pullback/internal/kernel/parallel"
)

// AddTakeOnto is [AddTake] onto what dst[outer n inner] holds.
func AddTakeOnto[T array.Number](dst, src []T, index []int64, outer, n, inner int) int {
	m := len(index)
	array.WantLen("layout.AddTakeOnto", "dst", len(dst), outer*n*inner)
	array.WantLen("layout.AddTakeOnto", "src", len(src), outer*m*inner)
	if bad := firstOutside(index, n); bad >= 0 || len(src) == 0 {
		return bad
	}
	width := min(inner, 1<<8)
	t := addTakeOnto[T]{addTake[T]{dst, src, index, n, inner, width, array.CeilDiv(inner, width)}}
	parallel.Split(outer*t.strips, max(1, elementwise.Grain/(m*width)), t)
	return -1
}

type addTakeOnto[T array.Number] struct{ addTake[T] }

func (t addTakeOnto[T]) Run(lo, hi int) {
	for u := lo; u < hi; u++ {
		o, r := u/t.strips, u%t.strips*t.width
		t.add(t.dst[o*t.n*t.inner:(o+1)*t.n*t.inner], t.src[o*len(t.index)*t.inner:], r, min(r+t.width, t.inner))
	}
}

// AddAlongOnto is [AddAlong] onto what dst[outer n inner] holds.
func AddAlongOnto[T array.Number, I array.Integer](dst, src []T, index []I, outer, n, m, inner int) int {
	array.WantLen("layout.AddAlongOnto", "dst", len(dst), outer*n*inner)
	array.WantLen("layout.AddAlongOnto", "src", len(src), outer*m*inner)
	array.WantLen("layout.AddAlongOnto", "index", len(index), len(src))
	if bad := firstOutside(index, n); bad >= 0 || len(src) == 0 {
		return bad
	}
	parallel.Split(outer, max(1, elementwise.Grain/(m*inner)), addAlongOnto[T, I]{addAlong[T, I]{dst, src, index, n, m, inner, nil}})
	return -1
}

type addAlongOnto[T array.Number, I array.Integer] struct{ addAlong[T, I] }

func (t addAlongOnto[T, I]) Run(lo, hi int) {
	for o := lo; o < hi; o++ {
		dst := t.dst[o*t.n*t.inner : (o+1)*t.n*t.inner]
		for at := o * t.m * t.inner; at < (o+1)*t.m*t.inner; at += t.inner {
			src := t.src[at : at+t.inner]
			for r, i := range t.index[at : at+t.inner] {
				dst[int(i)*t.inner+r] += src[r]
			}
		}
	}
}
