package main

import (
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// form4 is F(4×4, 3×3), of the points 0, ±a, ±b and infinity. Rows 1 and 2 are those of
// ±a, rows 3 and 4 those of ±b.
type form4 struct{}

// The points, which have the least error of those that were tried.
const a, b = 11.0 / 16, 1.5

// Coefficients.
const (
	product = iota // a² b²
	sum            // a² + b²
	powers         // a, a², a³, b, b², b³
	inverse = 8    // weights: 1/(a² b²)
	scales  = 9    // weights: 1/(c p²), 1/(c p), 1/c for p = a, and then for p = b
)

// power is where pᵉ is for point number p.
func power(p, e int) int { return powers + 3*p + e - 1 }

// scale is where 1/(c pᵉ) is for point number p.
func scale(p, e int) int { return scales + 3*p + 2 - e }

func (form4) coefficients() []float32 {
	c := []float32{a * a * b * b, a*a + b*b, a, a * a, a * a * a, b, b * b, b * b * b, 1 / (a * a * b * b)}
	for _, p := range []float64{a, b} {
		q := a * b / p
		f := 2 * (p*p - q*q)
		c = append(c, float32(1/(f*p*p)), float32(1/(f*p)), float32(1/f))
	}
	return c
}

func (form4) tile() int          { return 4 }
func (form4) inputRows() [][]int { return [][]int{{0}, {1, 2}, {3, 4}, {5}} }
func (form4) inputUses() []int {
	return []int{product, sum, power(0, 1), power(0, 2), power(1, 1), power(1, 2)}
}
func (form4) outputRows() [][]int { return [][]int{{0, 2}, {1, 3}} }
func (form4) outputUses() []int {
	return []int{power(0, 1), power(0, 2), power(0, 3), power(1, 1), power(1, 2), power(1, 3)}
}
func (form4) weightsUses() []int {
	return []int{inverse, scale(0, 0), scale(0, 1), scale(0, 2), scale(1, 0), scale(1, 1), scale(1, 2)}
}

// input is, with k = 0 for the first row and k = 1 for the last one, and for points ±p,
// the other ones being ±q,
//
//	d(k+4) - (a² + b²) d(k+2) + a² b² dk,  (d4 - q² d2) ± p (d3 - q² d1).
func (form4) input(m *machine, rows []int, d func(k int) operand.Op) []reg.VecVirtual {
	if k := rows[0] / 5; rows[0] == 5*k {
		v := m.copyOf(d(k + 4))
		VFNMADD231PS(d(k+2), m.coefficient(sum), v)
		VFMADD231PS(d(k), m.coefficient(product), v)
		return []reg.VecVirtual{v}
	}
	p := (rows[0] - 1) / 2
	even, odd, square := m.copyOf(d(4)), m.copyOf(d(3)), m.coefficient(power(1-p, 2))
	VFNMADD231PS(d(2), square, even)
	VFNMADD231PS(d(1), square, odd)
	var v []reg.VecVirtual
	for n, row := range rows {
		if n < len(rows)-1 {
			v = append(v, m.copyOf(even))
		} else {
			v = append(v, even)
		}
		[]combine{VFNMADD231PS, VFMADD231PS}[row%2](odd, m.coefficient(power(p, 1)), v[n])
	}
	return v
}

// output is, from s = m1 + m2, S = m3 + m4, d = m1 - m2 and D = m3 - m4,
//
//	m0 + (s + S),  a d + b D,  a² s + b² S,  a³ d + (b³ D + m5).
func (form4) output(m *machine, rows []int, x func(k int) operand.Op) []reg.VecVirtual {
	op := []combine{VADDPS, VSUBPS}[rows[0]%2]
	first, second := m.copyOf(x(1)), m.copyOf(x(3))
	op(x(2), first, first)
	op(x(4), second, second)
	var y []reg.VecVirtual
	for _, row := range rows {
		v := m.Vector()
		switch row {
		case 0:
			VADDPS(second, first, v)
			VADDPS(x(0), v, v)
		case 3:
			m.Load(x(5), v)
			VFMADD231PS(second, m.coefficient(power(1, 3)), v)
			VFMADD231PS(first, m.coefficient(power(0, 3)), v)
		default:
			VMULPS(second, m.coefficient(power(1, row)), v)
			VFMADD231PS(first, m.coefficient(power(0, row)), v)
		}
		y = append(y, v)
	}
	return y
}

// weights is, for points ±p, the other ones being ±q, and with c = 2 (p² - q²),
//
//	w0/(a² b²),  (w0/(c p²) + w2/c) ± w1/(c p),  w2.
func (form4) weights(m *machine, row int, w []reg.VecVirtual) reg.VecVirtual {
	v := m.Vector()
	switch row {
	case 0:
		VMULPS(m.coefficient(inverse), w[0], v)
	case 5:
		return w[2]
	default:
		p, odd := (row-1)/2, m.Vector()
		VMULPS(m.coefficient(scale(p, 2)), w[0], v)
		VFMADD231PS(m.coefficient(scale(p, 0)), w[2], v)
		VMULPS(m.coefficient(scale(p, 1)), w[1], odd)
		[]combine{VSUBPS, VADDPS}[row%2](odd, v, v)
	}
	return v
}
