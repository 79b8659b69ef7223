package io.supportlake;

import io.supportlake.rules.KeyedHash;
import java.io.Serializable;
import java.time.ZoneId;

/**
 * Settings that change numbers, handed to every table.
 *
 * @param reportingZone zone whose local days are the reporting days
 * @param reportingCurrency ISO 4217 code that money is converted to
 * @param defaultRegion ISO 3166 code assumed for phone numbers without a country prefix
 * @param key keyed hash for tokens, samples and arms
 */
public record Settings(
    ZoneId reportingZone, String reportingCurrency, String defaultRegion, KeyedHash key)
    implements Serializable {}
