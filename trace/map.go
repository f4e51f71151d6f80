package trace

// Map returns a copy of a tree with f(v) in the place of each Value v that is present. It
// goes through them in the order of [Flatten]. Static parts are those of t, and absent
// Values stay absent. Map panics with an *Error where Flatten does, or if f returns an
// absent Value.
func Map[P any](f func(v Value) Value, t P) P {
	return MapPaths(func(_ string, v Value) Value { return f(v) }, t)
}

// MapPaths is [Map] for a function that is also told the path of each Value, such as
// .Layers[0].Weight. The path of a lone Value is "".
func MapPaths[P any](f func(path string, v Value) Value, t P) P {
	leaves, s := Flatten(t)
	return built[P](s, func(i int) Value { return f(s.Path(i), leaves[i]) })
}

// Map2 returns a copy of the tree t with f(a, b) in the place of each Value a, where b is
// the Value of u at the same path. Static parts are those of t. It panics with an *Error
// that names the path if only one of the trees has a Value there.
func Map2[P any](f func(a, b Value) Value, t, u P) P {
	return MapAll(func(vs []Value) Value { return f(vs[0], vs[1]) }, t, u)
}

// MapAll is [Map2] for any number of trees, at least one: f gets the Values of all trees
// at one path, in the order of the trees.
func MapAll[P any](f func(vs []Value) Value, ts ...P) P {
	if len(ts) == 0 {
		panic(Errorf("MapAll of no trees: give at least one"))
	}
	first, s := Flatten(ts[0])
	rows := make([][]Value, len(first))
	for i, v := range first {
		rows[i] = append(make([]Value, 0, len(ts)), v)
	}
	for k, t := range ts[1:] {
		leaves, other := Flatten(t)
		s.mustMatch(other, k+1)
		for i, v := range leaves {
			rows[i] = append(rows[i], v)
		}
	}
	return built[P](s, func(i int) Value { return f(rows[i]) })
}

// mustMatch panics if tree number k, counted from 0, has Values at other paths than the
// first. Static parts may differ.
func (s *Structure) mustMatch(other *Structure, k int) {
	if s.key == other.key {
		return
	}
	for i := range max(s.Len(), other.Len()) {
		switch {
		case i >= other.Len():
			panic(Errorf("tree 0 has a value at %s, tree %d has none there", named(s.leaves[i]), k))
		case i >= s.Len():
			panic(Errorf("tree %d has a value at %s, tree 0 has none there", k, named(other.leaves[i])))
		case s.Path(i) != other.Path(i):
			panic(Errorf("value %d is at %s in tree 0 and at %s in tree %d: both must have the same values", i, named(s.leaves[i]), named(other.leaves[i]), k))
		}
	}
}

// built is the tree of a structure with leaf(i) in the place of Value i.
func built[P any](s *Structure, leaf func(i int) Value) P {
	leaves := make([]Value, s.Len())
	for i := range leaves {
		if leaves[i] = leaf(i); leaves[i].IsAbsent() {
			panic(Errorf("the function that a tree was mapped by returned an absent value (the zero trace.Value) for %s", named(s.leaves[i])))
		}
	}
	p, _ := s.Unflatten(leaves).(P)
	return p
}
