package trace

import "errors"

// widened returns the dtypes in which an op takes its operands if one of them, or of the
// outputs, is of a dtype of storage that the op has no arithmetic for; else nil.
func widened(op Op, in []Value, out []Type) []DType {
	if !anyStored(in, out) {
		return nil
	}
	stores, ok := storesIn(op, 0), true
	list := make([]DType, len(in))
	for j, v := range in {
		d := v.c.typ.DType
		list[j] = d
		if d.Wide() != d && !storesIn(op, j) {
			list[j], ok = d.Wide(), false
		}
	}
	for _, t := range out {
		ok = ok && (stores || t.DType == t.DType.Wide())
	}
	if ok {
		return nil
	}
	return list
}

func anyStored(in []Value, out []Type) bool {
	for _, v := range in {
		if d := v.c.typ.DType; d != d.Wide() {
			return true
		}
	}
	for _, t := range out {
		if t.DType != t.DType.Wide() {
			return true
		}
	}
	return false
}

// bindWide applies an op to operands converted to other dtypes, and converts the results
// to the types that they have for the operands as they are.
func (t *Trace) bindWide(op Op, in []Value, dtypes []DType, types []Type) []Value {
	wide, changed := make([]Value, len(in)), false
	for j, v := range in {
		changed = changed || v.DType() != dtypes[j]
		wide[j] = v
		if v.DType() != dtypes[j] {
			wide[j] = Convert(v, dtypes[j])
		}
	}
	if !changed {
		panic(t.fault(op, in, errors.New("it makes no "+types[0].DType.String()+": make "+types[0].DType.Wide().String()+", and fn.Cast that")))
	}
	out := t.Bind(op, wide...)
	for i, v := range out {
		out[i] = Convert(v, types[i].DType)
	}
	return out
}
