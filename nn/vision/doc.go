// Package vision has image classifiers as structs of layers from package nn, and makes
// inputs for them from images. The models are LeNet, AlexNet, VGG, ResNet, MobileNetV2 and
// V3, ShuffleNetV2, DenseNet, EfficientNet, ConvNeXt, ViT and DeiT. A model has the
// structure and the parameter names of torchvision's (a DeiT those of timm), and zeros as
// parameters. Fill them from a file or from a key:
//
//	tensors, err := safetensors.Read("vgg16.safetensors")
//	...
//	model, err := nn.Load(vision.VGG16(), tensors)
//	model = nn.Init(vision.VGG16(), random.Key(0))
//
// A function such as [VGG16] returns a model of torchvision, [NewVGG] one of any width and
// depth, and [Named] the model of torchvision's name.
//
// Models compute what they do outside training: dropout and stochastic depth are the
// identity, and batch normalization uses stored statistics. They map images x[n 3 h w] to
// logits [n classes]. The usual size is 224 by 224 pixels. Pooling before the dense layers
// admits other sizes, but for [LeNet], [ViT] and [DeiT].
//
// A [Preprocess] makes the input of a model from an image, with the pixels that PIL and
// torchvision give. It can be read from JSON, and [PreprocessFor] knows the one of each
// model that was trained on ImageNet.
//
// All layers carry their paths, so composites may choose rules by torchvision's names. The
// sums of residual networks are additions of two data values. The presets of package
// rules give these Norm. The gates of squeeze and excitation, and the attention of
// transformers, are products of two data values.
package vision
