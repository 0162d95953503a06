/** Where pictures are chosen: the photo, and the paintings, from the examples, files, the clipboard or the camera. */
import { useId, useRef } from "preact/hooks";
import { takeExample, takeFiles, takePicture } from "../pictures/arrivals.ts";
import type { Place } from "../pictures/kept-project.ts";
import { ownPaintings, ownPhotos } from "../pictures/own.ts";
import { type Example, type PictureFile, paintings, photos } from "../pictures/pictures.ts";
import { bareName } from "../project/contrast.ts";
import { dropPainting, project, set, settings, usual } from "../project/project.ts";
import { Icon } from "./controls/icon.tsx";
import { Slider } from "./controls/slider.tsx";
import { Gallery } from "./gallery.tsx";

export function Shelf() {
  return (
    <aside class="shelf" aria-label="Pictures">
      <Photos />
      <Paintings />
      <Gallery />
      <p class="privacy">
        <Icon name="lock" /> Pictures never leave this machine.
      </p>
    </aside>
  );
}

function Photos() {
  const { photo } = project.value;
  return (
    <section aria-labelledby="photo-heading" data-place="photo">
      <div class="shelf-head">
        <h2 id="photo-heading">Photo</h2>
        <Choose place="photo" />
      </div>
      <div class="tiles">
        {ownPhotos.value.map((picture) => (
          <OwnTile key={picture.digest} picture={picture} place="photo" chosen={photo?.digest === picture.digest} />
        ))}
        {photos.map((example) => (
          <ExampleTile key={example.name} example={example} place="photo" chosen={photo?.name === example.name} />
        ))}
      </div>
    </section>
  );
}

function Paintings() {
  const chosen = project.value.paintings;
  return (
    <section aria-labelledby="painting-heading" data-place="painting">
      <div class="shelf-head">
        <h2 id="painting-heading">Painting</h2>
        <Choose place="painting" />
      </div>
      <div class="tiles">
        {ownPaintings.value.map((picture) => (
          <OwnTile
            key={picture.digest}
            picture={picture}
            place="painting"
            chosen={chosen.some(({ digest }) => digest === picture.digest)}
          />
        ))}
        {paintings.map((example) => (
          <ExampleTile
            key={example.name}
            example={example}
            place="painting"
            chosen={chosen.some(({ name }) => name === example.name)}
          />
        ))}
      </div>
      {chosen.length > 1 && <Blend paintings={chosen} />}
    </section>
  );
}

interface TileProps {
  readonly url: string;
  readonly alt: string;
  readonly place: Place;
  readonly chosen: boolean;
  readonly onTake: (beside?: boolean) => void;
}

function ExampleTile({ example, ...rest }: { example: Example; place: Place; chosen: boolean }) {
  const { url, alt } = example;
  return <Tile {...{ url, alt, ...rest }} onTake={(beside) => void takeExample(example, rest.place, beside)} />;
}

function OwnTile({ picture, ...rest }: { picture: PictureFile; place: Place; chosen: boolean }) {
  const { url, name: alt } = picture;
  return <Tile {...{ url, alt, ...rest }} onTake={(beside) => void takePicture(picture, rest.place, beside)} />;
}

function Tile({ url, alt, place, chosen, onTake }: TileProps) {
  const several = place === "painting" && project.value.paintings.length > 0 && !chosen;
  return (
    <div class="tile" data-chosen={chosen || undefined}>
      <button type="button" aria-pressed={chosen} onClick={() => onTake()}>
        <img src={url} alt={alt} draggable={false} />
      </button>
      {several && (
        <button
          type="button"
          class="beside"
          title="Blend in"
          aria-label={`Blend in ${alt}`}
          onClick={() => onTake(true)}
        >
          <Icon name="plus" />
        </button>
      )}
    </div>
  );
}

/** A file of one's own; on a phone, the camera is offered as well. */
function Choose({ place }: { readonly place: Place }) {
  const input = useRef<HTMLInputElement>(null);
  const id = useId();
  return (
    <div class="own">
      <label for={id}>
        <Icon name="plus" />
        <span>
          Your own<span class="unseen"> {place}</span>
        </span>
      </label>
      <input
        ref={input}
        id={id}
        class="unseen"
        type="file"
        accept="image/jpeg,image/png,image/webp,image/avif,image/gif,image/heic,image/tiff"
        multiple={place === "painting"}
        onChange={() => {
          void takeFiles([...(input.current?.files ?? [])], place);
          if (input.current) input.current.value = "";
        }}
      />
    </div>
  );
}

/** How much each of several paintings counts: a strength each, and what share of all that is. */
function Blend({ paintings: chosen }: { readonly paintings: readonly PictureFile[] }) {
  const { blend } = settings.value;
  const usualWeight = usual.value.blend[0]!;
  const weights = chosen.map((_, i) => blend[i] ?? blend[0]!);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const change = (at: number, weight: number) => {
    const next = weights.map((old, i) => (i === at ? weight : old));
    if (next.every((each) => each === usualWeight)) set("blend", undefined, "set blend");
    else if (next.some((each) => each > 0)) set("blend", next);
  };
  return (
    <ul class="blend">
      {chosen.map((picture, i) => (
        <li key={picture.digest}>
          <img src={picture.url} alt="" />
          <Slider
            label={bareName(picture)}
            called={`How much of ${picture.name}`}
            note={`${Math.round((100 * weights[i]!) / total)}%`}
            value={weights[i]!}
            scale={{ usual: usualWeight }}
            changed={weights[i] !== usualWeight}
            onValue={(weight) => change(i, weight)}
            onReset={() => change(i, usualWeight)}
          />
          <button
            type="button"
            class="quiet"
            aria-label={`Without ${picture.name}`}
            title="Without this painting"
            onClick={() => dropPainting(picture)}
          >
            <Icon name="close" />
          </button>
        </li>
      ))}
    </ul>
  );
}
