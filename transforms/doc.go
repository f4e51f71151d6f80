// Package transforms turns functions into functions: derivatives, batches, compiled
// forms, and functions whose derivative follows attribution rules.
//
// A model is an ordinary Go function over [trace.Value], or over a tree of values. Each
// transform traces the function to a program, walks it, and applies the result to the
// caller's values. Concrete values are computed at once; traced values are recorded in
// the surrounding trace. That is all there is to composing transforms.
//
// There is one mechanism for derivatives. A program is linearized: its forward pass
// returns the results and the residuals, its backward pass pulls cotangents back, and its
// push carries tangents forward. [VJP], [Grad] and [Pull] use forward and backward, [JVP]
// uses forward and push. Functions that become calls ([Named], [Checkpoint], [Scan],
// [Cond], [CustomVJP], [WithRules]) offer the same three and nest.
//
// [WithRules] replaces operations by calls that carry an attribution rule in place of
// their pullback. Every derivative discharges these rules: its forward pass has the plain
// operations, its backward pass the primitive operations that the rule performed. The
// derivative of an explanation is therefore the true derivative of the modified gradient,
// and rules never need to be switched off.
//
// # In JAX you write, and here
//
// Two differences explain most of this table. A function has one argument, a tree: what it
// captures is not differentiated, and static where it is no value. And every transform is a
// function of a function, so there are no flags that change what all of them do.
//
//	grad(f), grad(f, argnums=0)                    Grad(f), GradOf(f): by the first argument; capture others
//	value_and_grad(f), has_aux=True                ValueAndGrad, ValueAndGradOf, ValueAndGradAux
//	vjp, jvp, has_aux=True                         VJP, Pull, JVP, VJPAux, JVPAux
//	linearize, linear_transpose                    Linearize, LinearTranspose
//	jacrev, jacfwd, hessian, of trees              Jacobian, JacobianForward, Hessian; Jacobians
//	hvp, as jvp of grad                            HVP
//	jit(f), static_argnums                         Jit, JitN; what f captures,
//	                                               and static fields of its argument
//	vmap(f, in_axes=(0, None), out_axes=1)         VmapN with VmapConfig.In and VmapConfig.Out; Shared
//	vectorize(f)                                   Vmap, once for each leading axis
//	axis_name, psum, pmean, pmax, axis_index       VmapConfig.Name, Psum, Pmean, Pmax, AxisIndex
//	lax.map(f, xs, batch_size=n)                   Vmap with VmapConfig.Chunk
//	lax.scan(f, init, xs, length, reverse, unroll) Scan(f, ScanConfig{})(init, xs)
//	lax.fori_loop, lax.while_loop                  For, While
//	lax.cond, lax.switch                           Cond, Cond0, Switch
//	lax.associative_scan                           AssociativeScan
//	checkpoint(f, policy), checkpoint_name         Checkpoint, CheckpointConfig, CheckpointName
//	custom_vjp, custom_jvp, custom_gradient        CustomVJP, CustomJVP, WithPullback
//	lax.custom_root, lax.custom_linear_solve       Root, FixedPoint, LinearSolve
//	scipy.sparse.linalg.cg                         CG; Arnoldi
//	lax.stop_gradient                              StopGradient
//	make_jaxpr, eval_shape, ShapeDtypeStruct       Program, Types, trace.Unknown
//	debug.print, debug.callback, pure_callback     Print, Callback, PureCallback
//	jax_debug_nans, checkify                       CheckFinite
//	jax_debug_key_reuse                            CheckKeys
//	jax.export, as text                            ParseProgram, trace.Program.MarshalText
//	test_util.check_grads                          check.Grads, check.Vmap, check.Jit
//	compiled.cost_analysis()                       Cost, Compiled.Memory, Compiled.Profile
//	tree.map(f, t), tree.map(f, t, u)              trace.Map, trace.Map2, trace.MapAll
//	tree.map_with_path, tree.flatten               trace.MapPaths, trace.Flatten
//	tree.map(lambda *x: stack(x), *ts), and back   fn.Stacked, fn.Rows
//	ravel_pytree                                   Ravel
//	x[None, ..., 1:3, ::2, i]                      fn.At(x, fn.NewAxis, fn.Rest, fn.Span(1, 3),
//	                                               fn.SpanStep(fn.Begin, fn.End, 2), i)
//	x.at[i].set, add, multiply, min, max           fn.Set, fn.AddAt, fn.MulAt, fn.MinAt, fn.MaxAt
//	lax.dynamic_slice, dynamic_update_slice        fn.DynamicSlice, fn.DynamicUpdateSlice
//	x[mask] of unknown length                      fn.Where, or fn.NonZero with a fixed number
//	sum(x, axis, keepdims=True)                    fn.Keep(fn.Sum, x, axis)
//	x * 2 + 1                                      fn.Shift(fn.Scale(x, 2),
//	                                               1); fn.Scalar(2) takes the dtype of the other operand
//	arange, linspace, meshgrid, zeros, full        fn.Arange, fn.Linspace, fn.Meshgrid, fn.ZerosOf, fn.Full
//	allclose, isclose, array_equal                 fn.AllClose, fn.IsClose, fn.ArrayEqual
//	einsum, tensordot, vdot, outer, kron, cross    fn.Einsum, fn.TensorDot, fn.VDot,
//	                                               fn.Outer, fn.Kron, fn.Cross
//	linalg.norm(x, ord, axis)                      fn.Norm, fn.NormAll; of matrices linalg.Norm
//	mean, var, std, median, quantile, nansum       fn.Mean, fn.Var, fn.Std,
//	                                               fn.Median, fn.Quantile, fn.NanSum
//	cumsum, cumprod, cummax, cumlogsumexp, diff    fn.CumSum, fn.CumProd, fn.CumMax,
//	                                               fn.CumLogSumExp, fn.Diff
//	sort, argsort, top_k, unique, searchsorted     fn.Sort, fn.ArgSort, fn.TopK, fn.Unique, fn.SearchSorted
//	bincount, histogram, segment_sum               fn.BinCount, fn.Histogram, fn.SegmentSum
//	repeat, tile, split, roll, flip, pad           fn.Repeat, fn.Tile, fn.Split, fn.SplitAt,
//	                                               fn.Roll, fn.Flip, fn.Pad
//	concatenate, stack, vstack, hstack             fn.Concat, fn.Stack
//	moveaxis, swapaxes, transpose, squeeze         fn.MoveAxis, fn.SwapAxes, fn.Transpose, fn.Squeeze
//	diag, diagonal, trace, tril, triu, eye         fn.Diag, fn.Diagonal, fn.Trace, fn.Tril, fn.Triu, fn.Eye
//	clip(x, lo, hi)                                fn.Clamp, with bounds that are values fn.ClampTo
//	mod, remainder, floor_divide, arctan2, hypot   fn.Mod, fn.Rem, fn.FloorDiv, fn.Atan2, fn.Hypot
//	nan_to_num, isnan, isinf                       fn.NanToNum, fn.IsNaN, fn.IsInf
//	finfo, iinfo                                   trace.DType.Epsilon, trace.DType.Limits
//	x.astype(bfloat16), float16, uint8, int8       fn.Cast: to store; it is computed in f32 or i32
//	gammaln, digamma, erf_inv, ndtr, i0e           fn.LogGamma, fn.Digamma, fn.ErfInv, fn.NormalCDF, fn.I0e
//	logaddexp, logsumexp, xlogy, polyval, interp   fn.LogAddExp, fn.LogSumExp, fn.XLogY,
//	                                               fn.PolyVal, fn.Interp
//	linalg.solve, inv, cholesky                    linalg.Solve, linalg.Inv, linalg.Cholesky
//	linalg.det, slogdet                            linalg.Det, linalg.SlogDet
//	linalg.eigh, svd, qr                           linalg.Eigh, linalg.SVD, linalg.QR
//	linalg.lstsq, pinv, expm                       linalg.LstSq, linalg.Pinv, linalg.Expm
//	solve_triangular                               linalg.SolveTriangular
//	fft.fft, rfft                                  fft.FFT, fft.RFFT,
//	                                               with complex numbers as pairs of real arrays
//	random.key, split, fold_in                     random.Key, random.Split, random.FoldIn
//	random.uniform, normal, randint, bernoulli     random.Uniform, random.Normal,
//	                                               random.Randint, random.Bernoulli
//	random.choice, categorical, permutation        random.Choice, random.Categorical, random.Permutation
//	random.gumbel, truncated_normal, dirichlet     random.Gumbel, random.TruncatedNormal, random.Dirichlet
//	x.item(), x.tolist(), print(x)                 trace.Item, trace.Grid, trace.Data; fmt with %.3g
//	complex64                                      nothing: write pairs of real arrays
package transforms
