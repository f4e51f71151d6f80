// Package kernel is the page of the rooms below it, which hold the loops over slices:
// matrix products, convolutions, pooling, reductions, layout changes, gathers,
// elementwise arithmetic and functions, and random bits. They know no values, and the
// package itself holds nothing.
//
// # Contracts
//
// Arrays are row-major. Shapes are the caller's business: a kernel checks that each slice
// has the length that its sizes ask for, and that what it is told to read lies inside. A
// mistake of the caller panics with the kernel, the operand and both lengths, as in
//
//	kernel: gemm.Mul: a has 3 elements, want at least 4
//
// A function that is there for other rooms, such as gemm.Multiply, checks nothing that
// the kernel around it has checked. An axis of size 0 is legal everywhere.
//
// Every output is a slice of the caller's. What it holds before is never read, and it is
// overwritten in full, unless its kernel says otherwise. It must not overlap an input
// unless its kernel allows that. Borrowed scratch holds anything too; tests poison it.
//
// Every result has the same bits for any GOMAXPROCS on one machine: work is split in
// blocks whose bounds follow from the sizes alone, and the order of every sum is a
// function of the sizes. Between sets of instructions the last bits may differ; each
// kernel says by how much.
//
// Kernels run on up to GOMAXPROCS goroutines, of which the caller is one, and return when
// all of them are done. Those that stay on the caller's goroutine say so.
//
// Every kernel exists in plain Go, which is the reference and all there is with the build
// tag purego or on other processors. On amd64 many exist in assembly for AVX2 with FMA or
// for AVX-512 too. What is in use follows from the processor at start, and
// GODEBUG=cpu.avx512f=off or cpu.avx2=off makes it less.
//
// # Rooms
//
// Each room may import those above it, and no others; internal/testutil holds that.
//
//	cpu           which instructions are in use
//	array         types of elements, lengths and volumes
//	parallel      loops on several goroutines
//	scratch       borrowed memory
//	elementwise   arithmetic, functions, comparisons, choices, casts, reductions
//	half          floats of two bytes
//	layout        transpositions, broadcasts, slices, concatenations, gathers
//	random        random words and normal numbers
//	pool          averages and maxima over windows
//	gemm          matrix products, and what convolutions are built of
//	conv          convolutions and their adjoints
//	winograd      convolutions of 3×3 kernels with fewer multiplications
//
// cpu and array import nothing, parallel and scratch only array; layout, random, pool and
// gemm do not import one another, but gemm may import layout for its transposes. The
// types of elements are not in cpu, since plain Go needs them as much, and cpu is what a
// reader looks through to see which instructions there are. kerneltest is for tests only.
//
// # Assembly
//
// The assembly is written by the module asm, with a command for each room; a test of each
// command compares what it writes with what is there. After a change of a generator, all
// of it is written anew by
//
//	go generate ./internal/kernel/...
package kernel
