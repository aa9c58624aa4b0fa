// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Coordinates and weights of resampling, in double: on host numbers and on values of a body alike.

#include "passes/lower/ResampleTables.h"

#include "passes/lower/Reductions.h"

#include <cmath>
#include <limits>

using namespace mlir;
using namespace fovea;
using namespace fovea::lower;

namespace {

/// Arithmetic on the compiler's own numbers.
struct HostMath {
  using Number = double;
  double number(double value) const { return value; }
  double add(double a, double b) const { return a + b; }
  double subtract(double a, double b) const { return a - b; }
  double multiply(double a, double b) const { return a * b; }
  double divide(double a, double b) const { return a / b; }
  double floor(double a) const { return std::floor(a); }
  double ceil(double a) const { return std::ceil(a); }
  double abs(double a) const { return std::fabs(a); }
  bool isLess(double a, double b) const { return a < b; }
  bool isNotGreater(double a, double b) const { return a <= b; }
  double select(bool condition, double yes, double no) const { return condition ? yes : no; }
};

/// The same arithmetic on f64 values of a body.
struct BodyMath {
  using Number = Value;
  Scalars &s;
  Type type;
  Value number(double value) const { return s.number(type, value); }
  Value add(Value a, Value b) const { return s.add(a, b); }
  Value subtract(Value a, Value b) const { return s.subtract(a, b); }
  Value multiply(Value a, Value b) const { return s.multiply(a, b); }
  Value divide(Value a, Value b) const { return s.divide(a, b, false); }
  Value floor(Value a) const { return s.create<math::FloorOp>(a); }
  Value ceil(Value a) const { return s.create<math::CeilOp>(a); }
  Value abs(Value a) const { return s.create<math::AbsFOp>(a); }
  Value isLess(Value a, Value b) const { return s.compare(arith::CmpIPredicate::slt, a, b, false); }
  Value isNotGreater(Value a, Value b) const {
    return s.compare(arith::CmpIPredicate::sle, a, b, false);
  }
  Value select(Value condition, Value yes, Value no) const { return s.select(condition, yes, no); }
};

} // namespace

/// Where in x the position `at` of the result lies.
template <typename Math, typename Number = typename Math::Number>
static Number getCoordinate(const Math &m, CoordinateRule rule, const AxisResample &axis, Number at,
                            Number scale, Number begin, Number end) {
  Number half = m.number(0.5), one = m.number(1), last = m.number(double(axis.from) - 1);
  Number length =
      axis.isWhole ? m.number(double(axis.to)) : m.multiply(scale, m.number(double(axis.from)));
  auto center = [&] { return m.divide(m.add(at, half), scale); };
  // The result's last position, or one in its place where that is 0.
  auto isSingle = m.isNotGreater(length, one);
  auto resizedLast = [&] { return m.select(isSingle, one, m.subtract(length, one)); };
  switch (rule) {
  case CoordinateRule::AlignCorners:
    return m.select(isSingle, m.number(0), m.divide(m.multiply(at, last), resizedLast()));
  case CoordinateRule::Asymmetric:
    return m.divide(at, scale);
  case CoordinateRule::CropAndResize: {
    Number first = m.multiply(begin, last), extent = m.multiply(m.subtract(end, begin), last);
    Number reach = m.select(isSingle, m.multiply(extent, half),
                            m.divide(m.multiply(at, extent), resizedLast()));
    return m.add(first, reach);
  }
  case CoordinateRule::HalfPixel:
    return m.subtract(center(), half);
  case CoordinateRule::HalfPixelSymmetric: {
    Number adjustment = m.divide(m.number(double(axis.to)), length);
    Number offset = m.multiply(m.number(double(axis.from) / 2), m.subtract(one, adjustment));
    return m.subtract(m.add(offset, center()), half);
  }
  case CoordinateRule::PytorchHalfPixel:
    return m.select(isSingle, m.number(0), m.subtract(center(), half));
  case CoordinateRule::HalfPixelForNearest:
    return center();
  }
  llvm_unreachable("every rule is handled");
}

template <typename Math, typename Number = typename Math::Number>
static Number roundCoordinate(const Math &m, NearestRule rule, Number at) {
  switch (rule) {
  case NearestRule::PreferFloor:
    return m.ceil(m.subtract(at, m.number(0.5)));
  case NearestRule::PreferCeil:
    return m.floor(m.add(at, m.number(0.5)));
  case NearestRule::Floor:
    return m.floor(at);
  case NearestRule::Ceil:
    return m.ceil(at);
  }
  llvm_unreachable("every rule is handled");
}

/// The filter's value at a distance, before normalization.
template <typename Math, typename Number = typename Math::Number>
static Number getWeight(const Math &m, const ResampleRule &rule, Number distance, Number scale) {
  Number zero = m.number(0), one = m.number(1);
  if (rule.antialias)
    distance = m.multiply(distance, m.select(m.isLess(scale, one), scale, one));
  distance = m.abs(distance);
  if (rule.filter == Filter::Linear) {
    Number rest = m.subtract(one, distance);
    return m.select(m.isLess(rest, zero), zero, rest);
  }
  // Keys' piecewise cubic: ((a + 2) x - (a + 3)) x² + 1 up to 1, a (((x - 5) x + 8) x - 4) up to 2.
  Number a = m.number(rule.cubic);
  Number square = m.multiply(distance, distance);
  Number inner = m.add(m.multiply(m.subtract(m.multiply(m.number(rule.cubic + 2), distance),
                                             m.number(rule.cubic + 3)),
                                  square),
                       one);
  Number outer = m.subtract(distance, m.number(5));
  outer = m.add(m.multiply(outer, distance), m.number(8));
  outer = m.multiply(a, m.subtract(m.multiply(outer, distance), m.number(4)));
  Number tail = m.select(m.isLess(distance, m.number(2)), outer, zero);
  return m.select(m.isNotGreater(distance, one), inner, tail);
}

/// The first tap relative to the coordinate's floor, and the number of taps. The filter reaches
/// over `radius` elements to either side.
static std::pair<int64_t, int64_t> getTaps(const ResampleRule &rule, const AxisResample &axis) {
  if (rule.filter == Filter::Nearest)
    return {0, 1};
  double radius = rule.filter == Filter::Linear ? 1 : 2;
  if (rule.antialias) {
    // At run time the scale is what makes the extent, and may be as small as this.
    double least =
        axis.scale.known ? *axis.scale.known : double(axis.to) / double(axis.from) * (1 - 1e-6);
    radius /= std::min(least, 1.0);
    // More taps than elements on either side read nothing new.
    radius = std::min(radius, double(axis.from) + 1);
  }
  int64_t first = int64_t(std::floor(-radius)) + 1;
  return {first, 2 - 2 * first};
}

static Value makeTable(OpBuilder &builder, Location loc, ArrayRef<int64_t> shape, Type type,
                       ArrayRef<Attribute> values) {
  auto tensor = RankedTensorType::get(shape, type);
  return arith::ConstantOp::create(builder, loc, DenseElementsAttr::get(tensor, values));
}

/// Tables of constants.
static ResampleTables makeConstants(OpBuilder &builder, Location loc, const ResampleRule &rule,
                                    const AxisResample &axis, Type weightType) {
  HostMath m;
  auto [first, taps] = getTaps(rule, axis);
  double scale = *axis.scale.known;
  ResampleTables tables;
  tables.taps = taps;
  tables.isIdentity = axis.from == axis.to;
  SmallVector<Attribute> starts, weights, inside;
  SmallVector<double> row(taps);
  for (int64_t at = 0; at < axis.to; ++at) {
    double coordinate = getCoordinate(m, rule.coordinate, axis, double(at), scale,
                                      *axis.begin.known, *axis.end.known);
    bool isInside = coordinate >= 0 && coordinate <= double(axis.from - 1);
    bool isNearest = rule.filter == Filter::Nearest;
    double low = isNearest ? roundCoordinate(m, rule.nearest, coordinate) : std::floor(coordinate);
    // Far outside everything is the edge.
    double margin = double(taps) + 1;
    int64_t start =
        int64_t(std::clamp(low, -margin, double(axis.from) + margin)) + (isNearest ? 0 : first);
    if (isNearest)
      start = std::clamp<int64_t>(start, 0, axis.from - 1);
    tables.knownStarts.push_back(int32_t(start));
    starts.push_back(builder.getI32IntegerAttr(int32_t(start)));
    inside.push_back(builder.getBoolAttr(isInside));
    tables.isIdentity &= isInside || rule.coordinate != CoordinateRule::CropAndResize;
    if (isNearest) {
      tables.isIdentity &= start == at;
      continue;
    }
    double sum = 0;
    for (int64_t t = 0; t < taps; ++t) {
      double place = low + double(first + t);
      bool isExcluded = rule.excludeOutside && (place < 0 || place >= double(axis.from));
      row[t] = isExcluded ? 0 : getWeight(m, rule, place - coordinate, scale);
      sum += row[t];
    }
    for (int64_t t = 0; t < taps; ++t) {
      if ((rule.antialias || rule.excludeOutside) && sum != 0)
        row[t] /= sum;
      tables.isIdentity &= row[t] == (start + t == at ? 1 : 0);
      weights.push_back(FloatAttr::get(weightType, row[t]));
    }
  }
  if (tables.isIdentity)
    return tables;
  tables.starts = makeTable(builder, loc, {axis.to}, builder.getI32Type(), starts);
  if (rule.filter != Filter::Nearest)
    tables.weights = makeTable(builder, loc, {axis.to, taps}, weightType, weights);
  if (rule.coordinate == CoordinateRule::CropAndResize)
    tables.inside = makeTable(builder, loc, {axis.to}, builder.getI1Type(), inside);
  return tables;
}

/// Tables that the program computes from parameters it is given.
static ResampleTables makeComputed(OpBuilder &builder, Location loc, const ResampleRule &rule,
                                   const AxisResample &axis, Type weightType) {
  Type f64 = builder.getF64Type(), i32 = builder.getI32Type();
  MLIRContext *context = builder.getContext();
  int64_t first, taps;
  std::tie(first, taps) = getTaps(rule, axis);
  ResampleTables tables;
  tables.taps = taps;
  if (axis.from == 1 && axis.to == 1 && rule.coordinate != CoordinateRule::CropAndResize) {
    tables.isIdentity = true;
    return tables;
  }
  auto getTensor = [&](const Parameter &parameter) {
    if (parameter.tensor)
      return parameter.tensor;
    auto type = RankedTensorType::get({}, f64);
    return arith::ConstantOp::create(builder, loc, DenseElementsAttr::get(type, *parameter.known))
        .getResult();
  };
  Value scale = getTensor(axis.scale);
  auto rowType = RankedTensorType::get({axis.to}, f64);
  AffineMap scalar = AffineMap::get(1, 0, context), row = builder.getMultiDimIdentityMap(1);
  auto position = [&](Scalars &s, int64_t loop) {
    return s.convert(s.create<arith::IndexCastOp>(builder.getI64Type(), s.loopIndex(loop)), f64);
  };
  Value coordinates = createParallel(
      builder, loc,
      {{scale, scalar}, {getTensor(axis.begin), scalar}, {getTensor(axis.end), scalar}}, rowType,
      [&](Scalars &s, ValueRange v) {
        return getCoordinate(BodyMath{s, f64}, rule.coordinate, axis, position(s, 0), v[0], v[1],
                             v[2]);
      });
  tables.starts = createParallel(
      builder, loc, {{coordinates, row}}, rowType.clone(i32), [&](Scalars &s, ValueRange v) {
        BodyMath m{s, f64};
        if (rule.filter == Filter::Nearest)
          return s.convert(roundCoordinate(m, rule.nearest, v[0]), i32);
        return s.convert(m.add(m.floor(v[0]), m.number(double(first))), i32);
      });
  if (rule.coordinate == CoordinateRule::CropAndResize)
    tables.inside = createParallel(
        builder, loc, {{coordinates, row}}, rowType.clone(builder.getI1Type()),
        [&](Scalars &s, ValueRange v) {
          BodyMath m{s, f64};
          return s.create<arith::AndIOp>(m.isNotGreater(m.number(0), v[0]),
                                         m.isNotGreater(v[0], m.number(double(axis.from - 1))));
        });
  if (rule.filter == Filter::Nearest)
    return tables;
  auto tableType = RankedTensorType::get({axis.to, taps}, f64);
  AffineMap each = AffineMap::get(2, 0, builder.getAffineDimExpr(0), context),
            all = builder.getMultiDimIdentityMap(2);
  Value weights = createParallel(
      builder, loc, {{coordinates, each}, {scale, AffineMap::get(2, 0, context)}}, tableType,
      [&](Scalars &s, ValueRange v) {
        BodyMath m{s, f64};
        Value place = m.add(m.floor(v[0]), m.add(position(s, 1), m.number(double(first))));
        Value weight = getWeight(m, rule, m.subtract(place, v[0]), v[1]);
        if (!rule.excludeOutside)
          return weight;
        Value inside = s.create<arith::AndIOp>(m.isNotGreater(m.number(0), place),
                                               m.isLess(place, m.number(double(axis.from))));
        return m.select(inside, weight, m.number(0));
      });
  if (rule.antialias || rule.excludeOutside) {
    Value sums = reduceSum(builder, loc, weights, int64_t(1));
    weights = createParallel(
        builder, loc, {{weights, all}, {sums, each}}, tableType, [&](Scalars &s, ValueRange v) {
          BodyMath m{s, f64};
          Value isEmpty = s.compare(arith::CmpIPredicate::eq, v[1], m.number(0), false);
          return m.divide(v[0], m.select(isEmpty, m.number(1), v[1]));
        });
  }
  tables.weights = convertElements(builder, loc, weights, weightType);
  return tables;
}

ResampleTables lower::makeResampleTables(OpBuilder &builder, Location loc, const ResampleRule &rule,
                                         const AxisResample &axis, Type weightType) {
  return axis.isKnown() ? makeConstants(builder, loc, rule, axis, weightType)
                        : makeComputed(builder, loc, rule, axis, weightType);
}
