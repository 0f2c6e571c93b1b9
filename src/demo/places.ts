/** A region that an organisation hires in: cities from the most to the least common, and their states. */
export interface Region {
  /** "City|State", most common first. */
  cities: readonly string[]
  country: string
}

const list = (text: string): string[] => text.split(/[,\n]\s*/).filter((each) => each !== '')

/** Real cities of the regions of the demo's organisations. */
export const regions = {
  india: {
    country: 'India',
    cities: list(`Bengaluru|Karnataka, Hyderabad|Telangana, Pune|Maharashtra, Mumbai|Maharashtra, Chennai|Tamil Nadu
Delhi|Delhi, Gurugram|Haryana, Noida|Uttar Pradesh, Kolkata|West Bengal, Ahmedabad|Gujarat, Jaipur|Rajasthan
Kochi|Kerala, Indore|Madhya Pradesh, Coimbatore|Tamil Nadu, Chandigarh|Chandigarh, Lucknow|Uttar Pradesh
Thiruvananthapuram|Kerala, Nagpur|Maharashtra, Bhopal|Madhya Pradesh, Visakhapatnam|Andhra Pradesh, Surat|Gujarat
Vadodara|Gujarat, Bhubaneswar|Odisha, Mysuru|Karnataka, Patna|Bihar, Mangaluru|Karnataka, Navi Mumbai|Maharashtra
Thane|Maharashtra, Ghaziabad|Uttar Pradesh, Faridabad|Haryana, Nashik|Maharashtra, Vijayawada|Andhra Pradesh
Madurai|Tamil Nadu, Ludhiana|Punjab, Kanpur|Uttar Pradesh, Agra|Uttar Pradesh, Varanasi|Uttar Pradesh, Ranchi|Jharkhand
Raipur|Chhattisgarh, Guwahati|Assam, Dehradun|Uttarakhand, Kozhikode|Kerala, Thrissur|Kerala, Rajkot|Gujarat
Aurangabad|Maharashtra, Jodhpur|Rajasthan, Udaipur|Rajasthan, Kota|Rajasthan, Amritsar|Punjab, Jalandhar|Punjab
Mohali|Punjab, Gwalior|Madhya Pradesh, Jabalpur|Madhya Pradesh, Meerut|Uttar Pradesh, Prayagraj|Uttar Pradesh
Bareilly|Uttar Pradesh, Aligarh|Uttar Pradesh, Moradabad|Uttar Pradesh, Gorakhpur|Uttar Pradesh, Jamshedpur|Jharkhand
Dhanbad|Jharkhand, Bokaro|Jharkhand, Cuttack|Odisha, Rourkela|Odisha, Durgapur|West Bengal, Asansol|West Bengal
Siliguri|West Bengal, Howrah|West Bengal, Salem|Tamil Nadu, Tiruchirappalli|Tamil Nadu, Erode|Tamil Nadu, Vellore|Tamil Nadu
Tirunelveli|Tamil Nadu, Puducherry|Puducherry, Hubballi|Karnataka, Belagavi|Karnataka, Davanagere|Karnataka
Warangal|Telangana, Karimnagar|Telangana, Guntur|Andhra Pradesh, Nellore|Andhra Pradesh, Tirupati|Andhra Pradesh
Rajahmundry|Andhra Pradesh, Kurnool|Andhra Pradesh, Kollam|Kerala, Kannur|Kerala, Kottayam|Kerala, Palakkad|Kerala
Kolhapur|Maharashtra, Solapur|Maharashtra, Sangli|Maharashtra, Amravati|Maharashtra, Jamnagar|Gujarat, Bhavnagar|Gujarat
Gandhinagar|Gujarat, Anand|Gujarat, Ajmer|Rajasthan, Bikaner|Rajasthan, Panipat|Haryana, Rohtak|Haryana, Hisar|Haryana
Shimla|Himachal Pradesh, Jammu|Jammu and Kashmir, Srinagar|Jammu and Kashmir, Panaji|Goa, Margao|Goa, Imphal|Manipur
Shillong|Meghalaya, Aizawl|Mizoram, Agartala|Tripura, Gangtok|Sikkim`),
  },
  unitedStates: {
    country: 'United States',
    cities: list(`New York|New York, Jersey City|New Jersey, Newark|New Jersey, Boston|Massachusetts
Philadelphia|Pennsylvania, Chicago|Illinois, Austin|Texas, San Francisco|California, Seattle|Washington, Atlanta|Georgia
Stamford|Connecticut, Hoboken|New Jersey, Yonkers|New York, Pittsburgh|Pennsylvania, Baltimore|Maryland, Dallas|Texas
Denver|Colorado, Charlotte|North Carolina, Raleigh|North Carolina, Buffalo|New York, Albany|New York
Rochester|New York, Los Angeles|California, San Diego|California, Miami|Florida, Tampa|Florida, Columbus|Ohio
Nashville|Tennessee, Minneapolis|Minnesota, Portland|Oregon, Phoenix|Arizona, Providence|Rhode Island`),
  },
  germany: {
    country: 'Germany',
    cities: list(`Berlin|Berlin, Potsdam|Brandenburg, Hamburg|Hamburg, Munich|Bavaria, Leipzig|Saxony, Dresden|Saxony
Cologne|North Rhine-Westphalia, Frankfurt am Main|Hesse, Düsseldorf|North Rhine-Westphalia, Stuttgart|Baden-Württemberg
Hannover|Lower Saxony, Nuremberg|Bavaria, Bremen|Bremen, Karlsruhe|Baden-Württemberg, Dortmund|North Rhine-Westphalia
Jena|Thuringia, Magdeburg|Saxony-Anhalt, Rostock|Mecklenburg-Vorpommern, Münster|North Rhine-Westphalia, Kiel|Schleswig-Holstein
Freiburg im Breisgau|Baden-Württemberg, Wrocław|Lower Silesia, Poznań|Greater Poland, Szczecin|West Pomerania`),
  },
} satisfies Record<string, Region>

/** Other spellings under which a city turns up; the adapter's alias list knows them. */
export const otherSpellings: Readonly<Record<string, readonly string[]>> = {
  Bengaluru: ['Bangalore', 'BANGALORE', 'Banglore', 'Bengaluru Urban'],
  Mumbai: ['Bombay'],
  Gurugram: ['Gurgaon'],
  Chennai: ['Madras'],
  Kolkata: ['Calcutta'],
  Thiruvananthapuram: ['Trivandrum'],
  Kochi: ['Cochin'],
  Mysuru: ['Mysore'],
  Mangaluru: ['Mangalore'],
  Vadodara: ['Baroda'],
  Visakhapatnam: ['Vizag'],
  Prayagraj: ['Allahabad'],
  Delhi: ['New Delhi', 'Delhi NCR'],
  'New York': ['NYC', 'New York City'],
  Munich: ['München'],
  Cologne: ['Köln'],
  Nuremberg: ['Nürnberg'],
  'Frankfurt am Main': ['Frankfurt'],
}
