package dev.headclip.method;

import dev.headclip.map.AnomalyMap;

/**
 * The scores of one image.
 *
 * @param score the one that the verdict is by: S of Eq. 8
 * @param global S_global, of the whole image
 * @param local S_local of Eq. 7, of the map's highest pixels
 * @param map where, at the network's input size (Eq. 12)
 */
public record Scores(double score, double global, double local, AnomalyMap map) {}
