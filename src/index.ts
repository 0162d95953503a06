/**
 * The entry point that depends on no platform: jobs, their events, and the parts that they are built from. `pastiche/node`
 * and `pastiche/web` export the same with a platform bound to it.
 *
 * @example
 * ```ts
 * import { createStylizer } from "pastiche";
 *
 * const stylizer = await createStylizer({ runtime, loadNetwork }); // your runtime, your way to load weights
 * for await (const event of stylizer.stylize({ content, style, settings: { size: 256 } })) console.log(event.type);
 * ```
 */
export { type ErrorCode, UserError } from "./errors.ts";
export * as graph from "./graph/index.ts";
export * as grids from "./grid/index.ts";
export { clampImage, type Image, type Size, withLongSide } from "./image/image.ts";
export { noiseImage } from "./image/noise.ts";
export { matchColors } from "./image/palette.ts";
export { resize } from "./image/resize.ts";
export * as jobs from "./jobs/index.ts";
export * as losses from "./losses/index.ts";
export type { FeatureLoss, ImageLoss, Normalization } from "./losses/loss.ts";
export { type Backbone, type Convolution, convolutions, spokenLayer } from "./models/backbone.ts";
export { features, type Pooling } from "./models/features.ts";
export * as models from "./models/index.ts";
export { encode } from "./onnx/model.ts";
export { average } from "./optimizers/average.ts";
export * as optimizers from "./optimizers/index.ts";
export type { Optimizer, StateSpec, Update, UpdateInput } from "./optimizers/optimizer.ts";
export type { Range, Shape } from "./parameters/value.ts";
export * as recipes from "./recipes/index.ts";
export type { Recipe } from "./recipes/recipe.ts";
export type {
  LoadOptions,
  Model as OnnxModel,
  Program,
  Runtime,
  RuntimeChoice,
  RuntimeOptions,
  Value,
  Values,
} from "./runtimes/runtime.ts";
export { type Level, pyramid } from "./schedule/pyramid.ts";
export {
  changedSettings,
  changesFrom,
  chosenSettings,
  givenSettings,
  recordedSettings,
} from "./settings/changes.ts";
export { describeSettings, type SettingDescription } from "./settings/describe.ts";
export type { OwnFilterLoss, OwnImageLoss, OwnLayerLoss, OwnLoss, OwnOptimizer, Parts } from "./settings/parts.ts";
export { type PartSettings, parseSettings, type Settings, type SettingsInput } from "./settings/settings.ts";
export { readSettings, settingNamed, settingText, settingWord } from "./settings/text.ts";
export { type Checkpoint, decodeCheckpoint, encodeCheckpoint, type Sha256 } from "./transfer/checkpoint/checkpoint.ts";
export {
  type CheckpointHistories,
  type CheckpointHistory,
  type CheckpointSink,
  checkpointHistories,
  checkpointHistory,
  type HistoryLimits,
} from "./transfer/checkpoint/history.ts";
export { createStylizer, stylize } from "./transfer/create.ts";
export type {
  AdjustedEvent,
  CheckpointEvent,
  DoneEvent,
  ImageEvent,
  JobRecord,
  LevelEvent,
  NoteEvent,
  Origin,
  PausedEvent,
  Result,
  StartEvent,
  StepEvent,
  StylizeEvent,
} from "./transfer/events.ts";
export { extractFeatures, type LayerFeatures } from "./transfer/inspect/features.ts";
export { figureLayers, reconstruction } from "./transfer/inspect/reconstruct.ts";
export { type FeatureSheetOptions, featureSheet } from "./transfer/inspect/sheet.ts";
export type { Given, GivenCheckpoint, GivenJob, Pictured, SourceReader } from "./transfer/job.ts";
export type { OwnModel } from "./transfer/network.ts";
export type { Pictures } from "./transfer/pictures/pictures.ts";
export type { Adjustments } from "./transfer/run/adjust.ts";
export type { Controls, Run } from "./transfer/run/run.ts";
export { describeGraph, type Extractor, stepGraph } from "./transfer/step/step.ts";
export type { StylizeOptions } from "./transfer/stylize.ts";
export type { Job, JobWithParts, Network, Stylize, Stylizer, StylizerOptions } from "./transfer/stylizer.ts";
export { version } from "./version.ts";
export { manifestOf } from "./weights/manifest.ts";
export { readWeights } from "./weights/read.ts";
export { type ConvolutionWeights, type Weights, type WeightTensor, weightTensors } from "./weights/weights.ts";
