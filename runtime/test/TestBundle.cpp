// Small bundles for the tests.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "TestBundle.h"

#include <fstream>
#include <gtest/gtest.h>
#include <iterator>
#include <unistd.h>

namespace upweave {
namespace test {

using namespace bundle;

Bytes writeBundle(BundleT &table, const std::vector<Bytes> &sections) {
  uint64_t offset = 0;
  table.sections.clear();
  for (const Bytes &bytes : sections) {
    table.sections.emplace_back(offset, bytes.size(),
                                checksum(bytes.data(), bytes.size()));
    offset = alignSection(offset + bytes.size());
  }
  flatbuffers::FlatBufferBuilder builder;
  FinishBundleBuffer(builder, CreateBundle(builder, &table));
  const uint64_t tableSize = builder.GetSize();
  const uint64_t base = sectionBase(tableSize);
  Bytes file(sections.empty() ? sizeof(FileHeader) + tableSize
                              : base + table.sections.back().offset() +
                                    sections.back().size());
  const FileHeader header =
      makeHeader(builder.GetBufferPointer(), tableSize, file.size());
  std::memcpy(file.data(), &header, sizeof(header));
  std::memcpy(file.data() + sizeof(header), builder.GetBufferPointer(),
              tableSize);
  for (size_t i = 0; i < sections.size(); ++i)
    std::copy(sections[i].begin(), sections[i].end(),
              file.begin() + base + table.sections[i].offset());
  return file;
}

Bytes writeBundle(BundleT &&table, const std::vector<Bytes> &sections) {
  return writeBundle(table, sections);
}

std::shared_ptr<const rt::BundleFile> readBundle(const Bytes &bytes) {
  std::shared_ptr<const rt::BundleFile> file;
  EXPECT_EQ(UW_OK, rt::BundleFile::copy(bytes.data(), bytes.size(), file))
      << rt::lastError();
  return file;
}

namespace {
/// Removes the test's files when the process ends.
struct TemporaryFiles {
  std::vector<std::string> paths;
  ~TemporaryFiles() {
    for (const std::string &path : paths)
      ::unlink(path.c_str());
  }
};
} // namespace

std::string writeTemporary(const std::string &name, const Bytes &bytes) {
  static TemporaryFiles files;
  const std::string path = ::testing::TempDir() + "upweave-" +
                           std::to_string(::getpid()) + "-" + name;
  files.paths.push_back(path);
  std::ofstream out(path, std::ios::binary);
  out.write(reinterpret_cast<const char *>(bytes.data()), bytes.size());
  return path;
}

namespace {
ExprPtr leaf(ExprOp op, int64_t value, int32_t a, int32_t b) {
  auto expr = std::make_unique<ExprT>();
  expr->nodes.emplace_back(value, a, b, op);
  return expr;
}
} // namespace

ExprPtr constant(int64_t value) { return leaf(ExprOp::Const, value, 0, 0); }
ExprPtr dim(int32_t argument, int32_t dimension) {
  return leaf(ExprOp::Dim, 0, argument, dimension);
}
ExprPtr loop(int32_t index) { return leaf(ExprOp::Loop, 0, index, 0); }

ExprPtr binary(ExprOp op, ExprPtr a, ExprPtr b) {
  const int32_t left = a->nodes.size();
  for (ExprNode node : b->nodes) {
    if (node.op() >= ExprOp::Add)
      node =
          ExprNode(node.value(), node.a() + left, node.b() + left, node.op());
    a->nodes.push_back(node);
  }
  const int32_t right = a->nodes.size();
  a->nodes.emplace_back(0, left - 1, right - 1, op);
  return a;
}

ExprVec sizes(const std::vector<int64_t> &values) {
  ExprVec result;
  for (int64_t value : values)
    result.push_back(constant(value));
  return result;
}

ExprVec loops(const std::vector<int32_t> &indices) {
  ExprVec result;
  for (int32_t index : indices)
    result.push_back(loop(index));
  return result;
}

std::unique_ptr<ArgumentT> argument(const std::string &name, Role role,
                                    DType dtype, std::vector<int64_t> shape) {
  auto result = std::make_unique<ArgumentT>();
  result->name = name;
  result->role = role;
  result->dtype = dtype;
  result->shape = std::move(shape);
  return result;
}

namespace {
constexpr uint32_t kHostSection = 0, kImageSection = 1, kConstantSection = 2;

std::unique_ptr<ImageT> image(ImageKind kind, const std::string &chip,
                              uint32_t section) {
  auto result = std::make_unique<ImageT>();
  result->kind = kind;
  result->section = section;
  result->chip = chip;
  result->compute = chip.empty() ? 0 : std::stoi(chip.substr(3));
  if (kind == ImageKind::Ptx)
    result->ptx_version = "8.0";
  if (kind == ImageKind::Host)
    result->target_triple = UPWEAVE_TEST_TRIPLE;
  return result;
}

std::unique_ptr<KernelArgT> buffer(BufferKind kind, uint32_t argument) {
  auto result = std::make_unique<KernelArgT>();
  result->kind = KernelArgKind::Buffer;
  result->buffer = kind;
  result->argument = argument;
  return result;
}

/// Kernel double_5(x, y, elements, constants, workspace + 256).
std::unique_ptr<LaunchT> doublingLaunch() {
  auto launch = std::make_unique<LaunchT>();
  launch->kernel = 0;
  launch->grid =
      list(binary(ExprOp::CeilDiv, binary(ExprOp::Mul, dim(0, 0), constant(4)),
                  constant(32)),
           constant(1), constant(1));
  launch->block = std::make_unique<Dim3>(32, 1, 1);
  launch->dynamic_shared_bytes = 64 << 10;
  launch->args.push_back(buffer(BufferKind::Argument, 0));
  launch->args.push_back(buffer(BufferKind::Argument, 1));
  auto elements = std::make_unique<KernelArgT>();
  elements->kind = KernelArgKind::I64;
  elements->value = binary(ExprOp::Mul, dim(0, 0), constant(4));
  launch->args.push_back(std::move(elements));
  launch->args.push_back(buffer(BufferKind::Constants, 0));
  auto workspace = buffer(BufferKind::Workspace, 0);
  workspace->value = constant(256);
  launch->args.push_back(std::move(workspace));
  return launch;
}

std::unique_ptr<MeaningT> doublingMeaning() {
  auto meaning = std::make_unique<MeaningT>();
  for (int i = 0; i < 2; ++i) {
    auto tensor = std::make_unique<TensorT>();
    tensor->dtype = DType::F32;
    tensor->shape = list(dim(0, 0), constant(4));
    tensor->source = i ? TensorSource::Step : TensorSource::Argument;
    meaning->tensors.push_back(std::move(tensor));
  }
  BlockStepT block;
  block.domain = list(dim(0, 0), constant(4));
  block.producer_map = loops({0, 1});
  auto out = std::make_unique<OperandT>();
  out->tensor = 1;
  out->map = loops({0, 1});
  block.outs.push_back(std::move(out));
  block.program = std::make_unique<ProgramT>();
  block.program->args = {DType::F32};
  auto add = std::make_unique<ScalarOpT>();
  add->opcode = Opcode::AddF;
  add->dtype = DType::F32;
  add->operands = {0, 0};
  block.program->ops.push_back(std::move(add));
  block.program->results = {1};
  auto step = std::make_unique<StepT>();
  step->op.Set(std::move(block));
  meaning->steps.push_back(std::move(step));
  meaning->results = {1};
  return meaning;
}

ExprPtr doublingWorkspace() {
  return binary(ExprOp::Add, binary(ExprOp::Mul, dim(0, 0), constant(4)),
                constant(256));
}
} // namespace

BundleT doublingTable(const std::vector<std::string> &chips) {
  BundleT table;
  auto producer = std::make_unique<ProducerT>();
  producer->name = "upweave";
  producer->version = "test";
  table.producers.push_back(std::move(producer));
  auto kernel = std::make_unique<KernelT>();
  kernel->symbol = "double_5";
  kernel->registers = 32;
  kernel->threads = 32;
  table.kernels.push_back(std::move(kernel));
  table.images.push_back(image(ImageKind::Host, "", kHostSection));
  auto entry = std::make_unique<EntryT>();
  entry->name = "twice";
  entry->args.push_back(argument("x", Role::Input, DType::F32, {-1, 4}));
  entry->args.push_back(argument("y", Role::Output, DType::F32, {-1, 4}));
  entry->args[1]->may_alias = {0};
  auto symbol = std::make_unique<SymbolT>();
  symbol->name = "n";
  symbol->sites = {DimRef(0, 0), DimRef(1, 0)};
  symbol->max = 1 << 20;
  entry->symbols.push_back(std::move(symbol));
  entry->constants = kConstantSection;
  for (const std::string &text : chips) {
    const bool ptxOnly = text.compare(0, 4, "ptx:") == 0;
    auto launches = std::make_unique<LaunchListT>();
    launches->chip = ptxOnly ? text.substr(4) : text;
    launches->compute = std::stoi(launches->chip.substr(3));
    if (!ptxOnly) {
      launches->cubin = table.images.size();
      table.images.push_back(
          image(ImageKind::Cubin, launches->chip, kImageSection));
    }
    launches->ptx = table.images.size();
    table.images.push_back(
        image(ImageKind::Ptx, launches->chip, kImageSection));
    launches->launches.push_back(doublingLaunch());
    launches->workspace = doublingWorkspace();
    entry->lists.push_back(std::move(launches));
  }
  entry->host = std::make_unique<HostVariantT>();
  entry->host->image = 0;
  entry->host->symbol = "upweave_host_twice";
  entry->host->workspace = doublingWorkspace();
  entry->meaning = doublingMeaning();
  table.entries.push_back(std::move(entry));
  return table;
}

BundleT scalingTable(const std::vector<std::string> &chips) {
  BundleT table = doublingTable(chips);
  auto add = [&](const char *symbol) {
    table.kernels.push_back(std::make_unique<KernelT>(*table.kernels[0]));
    table.kernels.back()->symbol = symbol;
  };
  add("triple_2");
  add("scale_4");
  EntryT &entry = *table.entries[0];
  entry.name = "scale";
  entry.meaning.reset();
  entry.host.reset();
  auto w = argument("w", Role::Input, DType::F32, {4});
  entry.args.insert(entry.args.begin() + 1, std::move(w));
  entry.args[2]->may_alias.clear();
  entry.symbols[0]->sites = {DimRef(0, 0), DimRef(2, 0)};
  for (std::unique_ptr<LaunchListT> &launches : entry.lists) {
    std::unique_ptr<LaunchT> scale = std::move(launches->launches[0]);
    scale->kernel = 2;
    scale->args.resize(3);
    scale->args[1] = buffer(BufferKind::Argument, 2);
    scale->args.push_back(buffer(BufferKind::Prepared, 0));
    scale->args[3]->value = constant(256);
    auto triple = std::make_unique<LaunchT>();
    triple->kernel = 1;
    triple->grid = sizes({1, 1, 1});
    triple->block = std::make_unique<Dim3>(32, 1, 1);
    triple->args.push_back(buffer(BufferKind::Argument, 1));
    triple->args.push_back(buffer(BufferKind::Prepared, 0));
    triple->args[1]->value = constant(256);
    launches->launches.clear();
    launches->launches.push_back(std::move(triple));
    launches->launches.push_back(std::move(scale));
    launches->preparing = 1;
    launches->prepared_bytes = 512;
    launches->workspace = constant(100);
  }
  return table;
}

BundleT teamTable() {
  BundleT table = doublingTable({});
  HostVariantT &host = *table.entries[0]->host;
  host.symbol = "upweave_host_twice_team";
  host.abi = kHostAbiTeam;
  host.thread_scratch = constant(256);
  return table;
}

std::vector<Bytes> doublingSections() {
  std::ifstream in(UPWEAVE_TEST_HOST_LIBRARY, std::ios::binary);
  Bytes host{std::istreambuf_iterator<char>(in), {}};
  EXPECT_FALSE(host.empty()) << UPWEAVE_TEST_HOST_LIBRARY;
  const char text[] = "// image";
  return {host, Bytes(text, text + sizeof(text)),
          bytesOf(std::vector<float>{2, 2})};
}

Bytes doublingBundle(const std::vector<std::string> &chips) {
  return writeBundle(doublingTable(chips), doublingSections());
}

} // namespace test
} // namespace upweave
