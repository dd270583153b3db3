// Writes the manifest: arguments, images, launches, kernels, precision.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Manifest.h"

#include "Arguments.h"
#include "Json.h"
#include "Select.h"
#include "upweave/files/TerminalText.h"

#include "upweave/bundle_format.h"

#include <vector>

namespace upweave {
namespace rt {

namespace {
const char *imageKindName(bundle::ImageKind kind) {
  static const char *const names[] = {"cubin", "ptx", "host"};
  return names[int(kind)];
}

const char *precisionName(bundle::Precision precision) {
  static const char *const names[] = {"none",   "ieee", "tf32",
                                      "tf32x3", "f16",  "bf16"};
  return precision <= bundle::Precision::BF16 ? names[int(precision)]
                                              : "unknown";
}

const char *numericsName(bundle::Numerics numerics) {
  return numerics == bundle::Numerics::Strict ? "strict" : "default";
}

std::string argShape(const bundle::Argument &arg) {
  return shapeText(length(arg.shape()) ? arg.shape()->data() : nullptr,
                   length(arg.shape()));
}

template <typename VectorT>
void numbers(JsonWriter &json, std::string_view name, const VectorT *values) {
  json.key(name);
  json.beginArray();
  for (uint32_t i = 0; i < length(values); ++i)
    json.value(values->Get(i));
  json.endArray();
}

void writeArgument(JsonWriter &json, const bundle::Argument &arg) {
  json.beginObject();
  json.field("name", text(arg.name()));
  json.field("role", arg.role() == bundle::Role::Input ? "input" : "output");
  json.field("dtype", dtypeName(uint32_t(arg.dtype())));
  numbers(json, "shape", arg.shape());
  if (length(arg.strides()))
    numbers(json, "strides", arg.strides());
  json.field("alignment", arg.alignment());
  if (length(arg.may_alias()))
    numbers(json, "may_alias", arg.may_alias());
  json.endObject();
}

void writeLaunch(JsonWriter &json, const bundle::Bundle &table,
                 const bundle::Launch &launch) {
  json.beginObject();
  json.field("kernel", text(table.kernels()->Get(launch.kernel())->symbol()));
  json.key("grid");
  json.beginArray();
  for (const bundle::Expr *size : *launch.grid())
    json.value(exprText(size));
  json.endArray();
  json.key("block");
  json.beginArray();
  for (uint32_t size :
       {launch.block()->x(), launch.block()->y(), launch.block()->z()})
    json.value(size);
  json.endArray();
  json.field("dynamic_shared_bytes", launch.dynamic_shared_bytes());
  json.field("arguments", length(launch.args()));
  json.endObject();
}

void writeBlock(JsonWriter &json, const bundle::Bundle &table,
                const bundle::BlockInfo &block) {
  json.beginObject();
  json.field("location", text(block.location()));
  json.field("producer", text(block.producer()));
  numbers(json, "rows", block.rows());
  json.field("schedule", text(block.schedule()));
  json.field("precision", text(block.precision()));
  json.key("kernels");
  json.beginArray();
  for (uint32_t i = 0; i < length(block.kernels()); ++i)
    if (block.kernels()->Get(i) < length(table.kernels()))
      json.value(text(table.kernels()->Get(block.kernels()->Get(i))->symbol()));
  json.endArray();
  json.endObject();
}

void writeList(JsonWriter &json, const bundle::Bundle &table,
               const bundle::LaunchList &list) {
  json.beginObject();
  json.field("chip", text(list.chip()));
  json.field("cubin", list.cubin() != -1);
  json.field("ptx", list.ptx() != -1);
  json.field("workspace_bytes",
             list.workspace() ? exprText(list.workspace()) : "0");
  json.field("prepared_bytes", list.prepared_bytes());
  json.field("preparing", list.preparing());
  json.key("launches");
  json.beginArray();
  for (uint32_t i = 0; i < length(list.launches()); ++i)
    writeLaunch(json, table, *list.launches()->Get(i));
  json.endArray();
  json.key("blocks");
  json.beginArray();
  for (uint32_t i = 0; i < length(list.blocks()); ++i)
    writeBlock(json, table, *list.blocks()->Get(i));
  json.endArray();
  json.endObject();
}

void writeEntry(JsonWriter &json, const BundleFile &file,
                const bundle::Entry &entry) {
  json.beginObject();
  json.field("name", text(entry.name()));
  json.field("location", text(entry.location()));
  json.field("precision", precisionName(entry.precision()));
  json.field("numerics", numericsName(entry.numerics()));
  json.field("unit_error", entry.unit_error());
  json.field("constants_bytes", entry.constants() == -1
                                    ? size_t(0)
                                    : file.section(entry.constants()).size);
  json.key("arguments");
  json.beginArray();
  for (uint32_t i = 0; i < length(entry.args()); ++i)
    writeArgument(json, *entry.args()->Get(i));
  json.endArray();
  json.key("launch_lists");
  json.beginArray();
  for (uint32_t i = 0; i < length(entry.lists()); ++i)
    writeList(json, file.table(), *entry.lists()->Get(i));
  json.endArray();
  if (const bundle::HostVariant *host = entry.host()) {
    json.key("host");
    json.beginObject();
    json.field("symbol", text(host->symbol()));
    json.field("workspace_bytes",
               host->workspace() ? exprText(host->workspace()) : "0");
    json.field("thread_scratch_bytes",
               host->thread_scratch() ? exprText(host->thread_scratch()) : "0");
    json.field("abi", host->abi());
    json.endObject();
  }
  json.key("notes");
  json.beginArray();
  for (uint32_t i = 0; i < length(entry.notes()); ++i)
    json.value(text(entry.notes()->Get(i)));
  json.endArray();
  json.endObject();
}

void writeKernel(JsonWriter &json, const bundle::Kernel &kernel) {
  json.beginObject();
  json.field("symbol", text(kernel.symbol()));
  json.field("chip", text(kernel.chip()));
  json.field("registers", kernel.registers());
  json.field("spill_bytes", kernel.spill_bytes());
  json.field("shared_bytes", kernel.shared_bytes());
  json.field("blocks_per_sm", kernel.blocks_per_sm());
  json.field("threads", kernel.threads());
  json.field("location", text(kernel.location()));
  json.endObject();
}

void writeImage(JsonWriter &json, const BundleFile &file,
                const bundle::Image &image) {
  json.beginObject();
  json.field("kind", imageKindName(image.kind()));
  if (image.kind() == bundle::ImageKind::Host) {
    json.field("target_triple", text(image.target_triple()));
    json.field("cpu", text(image.cpu()));
  } else {
    json.field("chip", text(image.chip()));
  }
  if (image.kind() == bundle::ImageKind::Ptx)
    json.field("ptx_version", text(image.ptx_version()));
  json.field("bytes", file.section(image.section()).size);
  json.endObject();
}
} // namespace

std::string exprText(const bundle::Expr *expr) {
  if (!expr)
    return "0";
  static const char *const operators[] = {" + ",        " - ",       " * ",
                                          " floordiv ", " ceildiv ", " mod "};
  std::vector<std::string> parts;
  for (const bundle::ExprNode *node : *expr->nodes()) {
    auto operand = [&](int32_t i) -> const std::string & { return parts[i]; };
    switch (node->op()) {
    case bundle::ExprOp::Const:
      parts.push_back(std::to_string(node->value()));
      break;
    case bundle::ExprOp::Dim:
      parts.push_back(fmt::format("args[{}].shape[{}]", node->a(), node->b()));
      break;
    case bundle::ExprOp::Loop:
      parts.push_back(fmt::format("d{}", node->a()));
      break;
    case bundle::ExprOp::Min:
    case bundle::ExprOp::Max:
      parts.push_back(fmt::format(
          "{}({}, {})", node->op() == bundle::ExprOp::Min ? "min" : "max",
          operand(node->a()), operand(node->b())));
      break;
    default:
      parts.push_back(
          fmt::format("({}{}{})", operand(node->a()),
                      operators[int(node->op()) - int(bundle::ExprOp::Add)],
                      operand(node->b())));
    }
    // A chain that shares nodes would print exponentially long.
    if (parts.back().size() > 1000)
      parts.back() = "…";
  }
  return parts.back();
}

std::string manifestJson(const BundleFile &file) {
  const bundle::Bundle &table = file.table();
  JsonWriter json;
  json.beginObject();
  json.field("format_version", bundle::kFormatVersion);
  json.field("bytes", file.size());
  json.key("producers");
  json.beginObject();
  for (uint32_t i = 0; i < length(table.producers()); ++i)
    json.field(text(table.producers()->Get(i)->name()),
               text(table.producers()->Get(i)->version()));
  json.endObject();
  json.key("entries");
  json.beginArray();
  for (const bundle::Entry *entry : *table.entries())
    writeEntry(json, file, *entry);
  json.endArray();
  json.key("images");
  json.beginArray();
  for (uint32_t i = 0; i < length(table.images()); ++i)
    writeImage(json, file, *table.images()->Get(i));
  json.endArray();
  json.key("kernels");
  json.beginArray();
  for (uint32_t i = 0; i < length(table.kernels()); ++i)
    writeKernel(json, *table.kernels()->Get(i));
  json.endArray();
  json.endObject();
  return json.take();
}

namespace {
/// A string of the table for a terminal.
std::string shown(const flatbuffers::String *string) {
  return files::printableName(text(string));
}

std::string known(int32_t value) {
  return value < 0 ? "unknown" : std::to_string(value);
}

void describeLaunches(std::string &out, const bundle::Bundle &table,
                      const bundle::LaunchList &list) {
  out += fmt::format("  {}: {}{}{}, workspace {} bytes\n", shown(list.chip()),
                     list.cubin() != -1 ? "cubin" : "",
                     list.cubin() != -1 && list.ptx() != -1 ? " and " : "",
                     list.ptx() != -1 ? "PTX" : "",
                     list.workspace() ? exprText(list.workspace()) : "0");
  if (list.preparing())
    out += fmt::format("    the first {} of {} launches prepare {} bytes\n",
                       list.preparing(), length(list.launches()),
                       list.prepared_bytes());
  for (uint32_t i = 0; i < length(list.launches()); ++i) {
    const bundle::Launch &launch = *list.launches()->Get(i);
    const bundle::Kernel &kernel = *table.kernels()->Get(launch.kernel());
    out += fmt::format("    {}  grid ({}, {}, {})  block ({}, {}, {})\n",
                       shown(kernel.symbol()), exprText(launch.grid()->Get(0)),
                       exprText(launch.grid()->Get(1)),
                       exprText(launch.grid()->Get(2)), launch.block()->x(),
                       launch.block()->y(), launch.block()->z());
    out +=
        fmt::format("      registers {}, spills {} bytes, shared {} + {} "
                    "bytes, blocks per SM {}\n",
                    known(kernel.registers()), known(kernel.spill_bytes()),
                    known(kernel.shared_bytes()), launch.dynamic_shared_bytes(),
                    known(kernel.blocks_per_sm()));
  }
  for (uint32_t i = 0; i < length(list.blocks()); ++i) {
    const bundle::BlockInfo &block = *list.blocks()->Get(i);
    out += fmt::format("    block at {}: {}, {}, precision {}\n",
                       shown(block.location()), shown(block.producer()),
                       shown(block.schedule()), shown(block.precision()));
  }
}

void describeEntry(std::string &out, const BundleFile &file,
                   const bundle::Entry &entry) {
  out += fmt::format("\nentry {}\n", shown(entry.name()));
  for (uint32_t i = 0; i < length(entry.args()); ++i) {
    const bundle::Argument &arg = *entry.args()->Get(i);
    out += fmt::format(
        "  {:6} {:2}  {:12} {:5} {}{}\n",
        arg.role() == bundle::Role::Input ? "input" : "output", i,
        shown(arg.name()), dtypeName(uint32_t(arg.dtype())), argShape(arg),
        length(arg.strides()) ? "  strides " + shapeText(arg.strides()->data(),
                                                         length(arg.strides()))
                              : "");
  }
  out += fmt::format("  precision {}, numerics {}, unit error {:.3g}\n",
                     precisionName(entry.precision()),
                     numericsName(entry.numerics()), entry.unit_error());
  if (entry.constants() != -1)
    out += fmt::format("  constants {} bytes\n",
                       file.section(entry.constants()).size);
  for (uint32_t i = 0; i < length(entry.lists()); ++i)
    describeLaunches(out, file.table(), *entry.lists()->Get(i));
  if (const bundle::HostVariant *host = entry.host())
    out += fmt::format(
        "  host: {} ({}), workspace {} bytes\n", shown(host->symbol()),
        shown(file.table().images()->Get(host->image())->target_triple()),
        host->workspace() ? exprText(host->workspace()) : "0");
  if (entry.meaning())
    out += fmt::format("  meaning: {} steps over {} tensors\n",
                       length(entry.meaning()->steps()),
                       length(entry.meaning()->tensors()));
  for (uint32_t i = 0; i < length(entry.notes()); ++i)
    out += fmt::format("  note: {}\n", shown(entry.notes()->Get(i)));
}
} // namespace

std::string manifestText(const BundleFile &file) {
  const bundle::Bundle &table = file.table();
  std::string out = fmt::format("Upweave bundle, format {}, {} bytes\n",
                                bundle::kFormatVersion, file.size());
  for (uint32_t i = 0; i < length(table.producers()); ++i)
    out += fmt::format("  made with {} {}\n",
                       shown(table.producers()->Get(i)->name()),
                       shown(table.producers()->Get(i)->version()));
  out += fmt::format("  holds {}\n", files::printableName(imagesText(
                                         table, *table.entries()->Get(0))));
  for (const bundle::Entry *entry : *table.entries())
    describeEntry(out, file, *entry);
  return out;
}

} // namespace rt
} // namespace upweave
