package transforms

import (
	"fmt"
	"maps"

	"github.com/pullback-go/pullback/trace"
)

// CheckKeys returns f with a check of its keys for random numbers: if what uses a key up
// has used it before, that is a *trace.Error that names both lines. A draw uses a key up,
// and so does a Split; a FoldIn does not, as it gives another key for another number. Keys
// are followed by what they are, through whatever is computed of them: two keys that are
// equal are one.
//
//	transforms.CheckKeys(step)(state, random.Key(1))
//
// The argument must be concrete, because keys are compared while f is computed. It may be
// any function of keys, a derivative or a compiled function, too:
// CheckKeys(Grad(loss))(p). What a derivative computes again is no second use, and equal
// keys in one array are one use, as those of a [Vmap] whose cases share a key.
func CheckKeys[P, R any](f func(P) R) func(P) R {
	return func(x P) R {
		r := record(f, x)
		for _, v := range append(r.program.Captured(), r.leaves...) {
			if !v.IsConcrete() {
				panic(trace.Errorf("CheckKeys of a %v without elements: it compares keys while it computes, so put it outside of other transforms, as in CheckKeys(Grad(f))", v.Type()))
			}
		}
		used := keyUses{}
		return result[R](r, watch(used.check).apply(r.program, r.leaves))
	}
}

// keyUses has the equations that used keys.
type keyUses map[int64]*watched

// check notes the keys that an equation uses, when it is computed.
func (k keyUses) check(e *watched, in, _ []Value) {
	if _, ok := e.Op.(trace.KeyUser); !ok || e.Derived {
		return
	}
	signature := e.signature(in)
	callback("check_keys", func(keys Value) {
		now := keyUses{}
		for i, key := range trace.Elems[int64](keys.Array()) {
			before := k[key]
			if before == nil {
				now[key] = e
				continue
			}
			which, by := "the key", "by "+before.Op.Name()
			if keys.Rank() > 0 {
				which = fmt.Sprintf("the key at %v", coordinates(i, keys.Shape()))
			}
			if at := before.Stack.Position(); before == e {
				by = "here, in an earlier step of a loop"
			} else if at != "" {
				by += " at " + at
			}
			e.fail(signature, "CheckKeys: %s was used before, %s: use a key once, and make others of it by random.Split or random.FoldIn", which, by)
		}
		maps.Copy(k, now)
	}, in[0])
}
