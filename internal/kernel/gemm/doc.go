// Package gemm holds matrix products, and what convolutions are built of: operands,
// blocks and micro kernels.
//
// [Mul] and [MulInt] are the products for callers outside of the kernels. The rest of
// what is exported is for the rooms of convolutions, whose operands lie in memory
// otherwise than matrices do. They use it at three levels:
//
//   - A convolution that is a product of operands, as they lie or as they are packed: it has
//     an [Operand] for each side, [Left] and [Right], and calls [Multiply] for each of the
//     blocks that [EachBlock] shares out. [Strided] is the operand in memory. [PackLiner]
//     packs an operand that can write out its lines ([Liner]), and [CopyStep] a step of one.
//   - A convolution whose right side lies in memory at uneven distances, as the taps of a
//     window do: a [Sweep] is the product of so many rows, columns and steps, with a list of
//     moves ([MoveWords], [SetMove]) from each step to the next. It exists for vector
//     instructions only.
//   - A tile of the product by itself: [TileAVX2F32] and [TileAVX512F32], and [KeepTile],
//     which writes the part of a tile that belongs to the result.
//
// [SizesOf] says how large tiles and blocks are for the instructions in use, and
// [SmallBlock] how much work is worth sharing out. [DepthBlock] is how many steps of a
// sum are taken at a time: so the order of a sum, and its bits, depend on its length
// alone. [RowBlock] and [ColBlock] are the blocks of the plain product.
// [AddScaledStrided] and [DotStrided] are loops over elements that are evenly spaced.
//
// None of these checks what it is given: lengths are checked where the kernel begins.
package gemm

//go:generate go run -C ../asm ./gemm
